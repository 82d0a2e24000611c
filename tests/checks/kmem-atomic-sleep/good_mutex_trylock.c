#include <linux/mutex.h>
#include <linux/spinlock.h>

bool update(spinlock_t *lock, struct mutex *config, int *value)
{
	bool done = false;

	spin_lock(lock);
	if (mutex_trylock(config)) {
		*value += 1;
		mutex_unlock(config);
		done = true;
	}
	spin_unlock(lock);
	return done;
}
