// The functions of assembly.inc and a table of them. The same file is compiled natively and to IR.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef signed int s32;
typedef unsigned long u64;
typedef signed long s64;
typedef unsigned __int128 u128;
typedef __int128 s128;

#define LOCK ".pushsection .smp_locks,\"a\"\n.balign 4\n.long 671f - .\n.popsection\n671:\n\tlock "

static u128 wide_sum(u128 x, u64 y) { return x * 3 + y; }
static u64 sum_list(int count, __builtin_va_list list)
{
	u64 sum = 0;
	for (int i = 0; i < count; i++)
		sum = sum * 3 + (i == 1 ? (u64)__builtin_va_arg(list, int) : __builtin_va_arg(list, u64));
	return sum;
}
static u64 sum_of(int count, ...)
{
	__builtin_va_list list;
	__builtin_va_start(list, count);
	u64 sum = sum_list(count, list);
	__builtin_va_end(list);
	return sum;
}
static u64 sum_twice(int count, ...)
{
	__builtin_va_list list, again;
	__builtin_va_start(list, count);
	u64 first = __builtin_va_arg(list, u64);
	__builtin_va_copy(again, list);
	u64 sum = first + __builtin_va_arg(list, u64) * 5 + __builtin_va_arg(again, u64) * 7 + __builtin_va_arg(again, u64);
	__builtin_va_end(again);
	__builtin_va_end(list);
	return sum + count;
}
struct triple {
	u64 x, y, z;
};
static u64 sum_structs(int count, ...)
{
	__builtin_va_list list;
	__builtin_va_start(list, count);
	u64 sum = 0;
	for (int i = 0; i < count; i++) {
		struct triple t = __builtin_va_arg(list, struct triple);
		sum = sum * 3 + t.x + 5 * t.y + 7 * t.z;
	}
	sum += __builtin_va_arg(list, u64);
	__builtin_va_end(list);
	return sum;
}

#define F(name, ...)                                                                                                   \
	u64 asm_##name(u64 a, u64 b, unsigned char *m)                                                                 \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}
#include "assembly.inc"
#undef F

struct differential_function {
	const char *name;
	u64 (*run)(u64 a, u64 b, unsigned char *m);
};
#define F(name, ...) { "asm_" #name, asm_##name },
const struct differential_function assembly_functions[] = {
#include "assembly.inc"
	{ 0, 0 }
};
