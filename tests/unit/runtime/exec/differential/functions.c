// The functions of functions.inc with what they share, and a table of them. The same file is compiled natively and to IR.
typedef unsigned char u8;
typedef signed char s8;
typedef unsigned short u16;
typedef signed short s16;
typedef unsigned int u32;
typedef signed int s32;
typedef unsigned long u64;
typedef signed long s64;

struct flags {
	unsigned kind : 5;
	signed level : 7;
	unsigned : 3;
	unsigned long wide : 40;
	unsigned last : 1;
};
union parts {
	u64 whole;
	u32 halves[2];
	u16 words[4];
	u8 bytes[8];
};
struct pair {
	u64 first, second;
};
struct large {
	u64 word[8];
};
struct outer {
	u8 head;
	struct {
		u16 value;
		char name[3];
	} inner[3];
	u8 tail;
} __attribute__((packed));
struct link {
	struct link *next;
	u64 value;
};
struct shape {
	const char *name;
	u32 sides;
	u8 area;
};

static const u32 squares[8] = { 0, 1, 4, 9, 16, 25, 36, 49 };
static u32 counters[4] = { 1, 0, 0xffffffff, 40 };
static const struct shape shapes[] = { { "point", 0, 1 }, { "line", 2, 0 }, { .name = "square", .area = 16, .sides = 4 } };
static const u32 *const pointers[] = { squares, squares + 3, &squares[6] };

static struct pair make_pair(u64 a, u64 b) { return (struct pair){ b, a }; }
static u64 pair_sum(struct pair p, u64 k) { return p.first * k + p.second; }
static struct large make_large(u64 a)
{
	struct large l;
	for (int i = 0; i < 8; i++)
		l.word[i] = a * i;
	return l;
}
static u64 large_sum(struct large l, unsigned k)
{
	l.word[k % 8] = 3;
	return l.word[0] + l.word[k % 8] + l.word[7];
}
static u64 twice(u64 a) { return 2 * a; }
static u64 thrice(u64 a) { return 3 * a; }
static u64 apply(u64 (*f)(u64), u64 a) { return f(f(a)); }
static u64 ackermann(u64 m, u64 n) { return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1)); }
static void divide(u64 a, u64 b, u64 *q, u64 *r)
{
	*q = a / b;
	*r = a % b;
}
static u64 deep(u64 n, u64 x)
{
	volatile u64 kept = x + n;
	return n ? deep(n - 1, x * 3) + kept : kept;
}
static u64 many(u64 a, u32 b, u16 c, u8 d, s32 e, u64 f, u64 g, s8 h) { return a + 2 * b + 3 * c + 5 * d + 7 * (u64)(s64)e + 11 * f + 13 * g + 17 * (u64)(s64)h; }
static _Bool is_even(u64 a) { return a % 2 == 0; }
static u64 sum(u64 a, u64 b) { return a + b; }
static u64 difference(u64 a, u64 b) { return a - b; }
static u64 product(u64 a, u64 b) { return a * b; }
static u64 either(u64 a, u64 b) { return a | b; }
static u64 (*const operations[4])(u64, u64) = { sum, difference, product, either };

#define F(name, ...)                                                                                                   \
	u64 diff_##name(u64 a, u64 b, unsigned char *m)                                                                \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}
#include "functions.inc"
#undef F

struct differential_function {
	const char *name;
	u64 (*run)(u64 a, u64 b, unsigned char *m);
};
#define F(name, ...) { "diff_" #name, diff_##name },
const struct differential_function differential_functions[] = {
#include "functions.inc"
	{ 0, 0 }
};
