/* Scope-bound resources: __free(), guard(), scoped_guard(). */
#ifndef _STUB_CLEANUP_H
#define _STUB_CLEANUP_H
#include <linux/err.h>

#define DEFINE_FREE(_name, _type, _free)                                                                               \
	static inline void __free_##_name(void *p)                                                                     \
	{                                                                                                              \
		_type _T = *(_type *)p;                                                                                \
		_free;                                                                                                 \
	}
#define __free(_name) __cleanup(__free_##_name)
#define no_free_ptr(p) ({ typeof(p) __val = (p); (p) = NULL; __val; })
#define return_ptr(p) return no_free_ptr(p)

/* A guard is a variable whose constructor locks and whose destructor unlocks. */
#define DEFINE_LOCK_GUARD(_name, _type, _lock, _unlock)                                                                \
	typedef struct {                                                                                               \
		_type *lock;                                                                                           \
		unsigned long flags;                                                                                   \
	} class_##_name##_t;                                                                                           \
	static inline void class_##_name##_destructor(class_##_name##_t *_T)                                           \
	{                                                                                                              \
		if (_T->lock) {                                                                                        \
			_unlock;                                                                                       \
		}                                                                                                      \
	}                                                                                                              \
	static inline class_##_name##_t class_##_name##_constructor(_type *l)                                          \
	{                                                                                                              \
		class_##_name##_t _t = { .lock = l }, *_T = &_t;                                                       \
		_lock;                                                                                                 \
		return _t;                                                                                             \
	}
#define CLASS(_name, var)                                                                                              \
	class_##_name##_t var __cleanup(class_##_name##_destructor) = class_##_name##_constructor
#define __PASTE_(a, b) a##b
#define __PASTE(a, b) __PASTE_(a, b)
#define guard(_name) CLASS(_name, __PASTE(__guard_, __COUNTER__))
#define scoped_guard(_name, args...)                                                                                   \
	for (CLASS(_name, scope)(args), *done = NULL; !done; done = (void *)1)

#endif
