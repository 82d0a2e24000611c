// Inline assembly that only a kernel may run, in the kernel's own words; compiled to IR and never natively.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

#define EXTABLE_UA(from, to)                                                                                           \
	" .pushsection \"__ex_table\",\"a\"\n .balign 4\n .long (" #from ") - .\n .long (" #to ") - .\n .long 3 \n .popsection\n"
#define EXTABLE_REG(from, to, reg)                                                                                     \
	" .pushsection \"__ex_table\",\"a\"\n .balign 4\n .long (" #from ") - .\n .long (" #to ") - .\n"               \
	".macro extable_type_reg type:req reg:req\n.set .Lfound, 0\n.endm\n"                                          \
	"extable_type_reg reg=" #reg ", type=(17 | ((0) << 16)) \n.purgem extable_type_reg\n .popsection\n"

u64 save_flags(void)
{
	u64 flags;
	asm volatile("# __raw_save_flags\n\tpushf ; pop %0" : "=rm"(flags) : : "memory");
	return flags;
}
void restore_flags(u64 flags) { asm volatile("push %0 ; popf" : : "g"(flags) : "memory", "cc"); }
void disable(void) { asm volatile("cli" : : : "memory"); }
void enable(void) { asm volatile("sti; hlt" : : : "memory"); }

#define BUG_ENTRY(flags, extra)                                                                                        \
	asm volatile("1:\t.byte 0x0f, 0x0b\n.pushsection __bug_table,\"aw\"\n2:\t.long 1b - .\t# bug_entry::bug_addr\n" \
		     "\t.long %c0 - .\t# bug_entry::file\n\t.word %c1\t# bug_entry::line\n\t.word %c2\t# bug_entry::flags\n" \
		     "\t.org 2b+%c3\n.popsection\n" extra                                                                \
		     : : "i"(__FILE__), "i"(__LINE__), "i"(flags), "i"(12ul))
void bug(void)
{
	BUG_ENTRY(0, "");
	__builtin_unreachable();
}
u64 warn(void)
{
	BUG_ENTRY(1 | (9 << 8), "998:\n\t.pushsection .discard.reachable\n\t.long 998b\n\t.popsection\n\t");
	return 5;
}

struct static_key {
	struct {
		int counter;
	} enabled;
	void *entries;
};
struct static_key_true {
	struct static_key key;
};
struct static_key_false {
	struct static_key key;
};
struct static_key_true on_key = { { { 1 }, 0 } };
struct static_key_false off_key = { { { 0 }, 0 } };
extern struct static_key_true foreign_key;
static inline _Bool arch_static_branch(struct static_key *key, _Bool branch)
{
	asm goto("1:jmp %l[l_yes] # objtool NOPs this \n\t.pushsection __jump_table,  \"aw\" \n\t .balign 8 \n\t.long 1b - . \n\t"
		 ".long %l[l_yes] - . \n\t .quad %c0 + %c1 - .\n\t.popsection \n\t" : : "i"(key), "i"(2 | branch) : : l_yes);
	return 0;
l_yes:
	return 1;
}
u64 likely_true(void) { return !arch_static_branch(&on_key.key, 1); }
u64 unlikely_false(void) { return arch_static_branch(&off_key.key, 0); }
u64 likely_foreign(void) { return !arch_static_branch(&foreign_key.key, 1); }

extern const char capabilities[];
u64 has_feature(void)
{
	asm goto("# ALT: oldinstr\n771:\n\t# ALT: oldinstr\n771:\n\tjmp 6f\n772:\n# ALT: padding\n.skip -(((775f-774f)-(772b-771b)) > 0) * "
		 "((775f-774f)-(772b-771b)),0x90\n773:\n.pushsection .altinstructions,\"a\"\n .long 771b - .\n .long 774f - .\n"
		 " .4byte ( 3*32+21)\n .byte 773b-771b\n .byte 775f-774f\n.popsection\n.pushsection .altinstr_aux,\"ax\"\n6:\n"
		 " testb %[bitnum], %a[cap_byte]\n jnz %l[t_yes]\n jmp %l[t_no]\n.popsection\n"
		 : : [feature] "i"(117), [bitnum] "i"(32), [cap_byte] "i"(&capabilities[14]) : : t_yes, t_no);
t_yes:
	return 1;
t_no:
	return 0;
}

u64 get_user(u64 *at, u64 *value)
{
	int error;
	register u64 read asm("%rdx");
	register u64 sp asm("rsp");
	asm volatile("call __get_user_%c[size]" : "=a"(error), "=r"(read), "+r"(sp) : "0"(at), [size] "i"(sizeof(*at)));
	*value = read;
	return (u64)error;
}
u64 put_user(u32 *at, u32 value)
{
	int error;
	register u32 written asm("%rax") = value;
	asm volatile("call __put_user_%c[size]" : "=c"(error) : "0"(at), "r"(written), [size] "i"(sizeof(*at)) : "ebx");
	return (u64)error;
}
u64 unsafe_get(u32 *at)
{
	u32 value;
	asm goto("\n1:\tmovl %[umem],%[output]\n" EXTABLE_UA(1b, %l2) : [output] "=r"(value) : [umem] "m"(*at) : : fault);
	return value;
fault:
	return ~0ul;
}
u64 unsafe_put(u32 *at, u32 value)
{
	asm goto("\n1:\tmovl %0,%1\n" EXTABLE_UA(1b, %l2) : : "ir"(value), "m"(*at) : : fault);
	return 0;
fault:
	return ~0ul;
}
u64 inline_get(u32 *at)
{
	int error = 0;
	u32 value;
	asm volatile("\n1:\tmovl %[umem],%[output]\n2:\n" EXTABLE_REG(1b, 2b, %[errout])
		     : [errout] "=r"(error), [output] "=a"(value) : [umem] "m"(*at), "0"(error));
	return error ? (u64)error : value;
}
u64 copy_user(void *to, const void *from, u64 size)
{
	asm volatile("1:\n\t# ALT: oldinstr\n771:\n\trep movsb\n772:\n2:\n" EXTABLE_UA(1b, 2b)
		     : "+c"(size), "+D"(to), "+S"(from) : : "memory", "rax");
	return size;
}

u32 readl(const volatile void *at)
{
	u32 value;
	asm volatile("movl %1,%0" : "=r"(value) : "m"(*(volatile u32 *)at) : "memory");
	return value;
}
void writel(u32 value, volatile void *at) { asm volatile("movl %0,%1" : : "r"(value), "m"(*(volatile u32 *)at) : "memory"); }
u8 inb(u16 port)
{
	u8 value;
	asm volatile("inb %w1, %b0" : "=a"(value) : "Nd"(port));
	return value;
}
u64 rdmsr(u32 which)
{
	u64 low, high;
	asm volatile("1: rdmsr\n2:\n" EXTABLE_UA(1b, 2b) : "=a"(low), "=d"(high) : "c"(which));
	return low | high << 32;
}

u64 this_cpu_off;
u64 counter = 40;
u64 per_cpu_offset(void)
{
	u64 offset;
	asm("movq %%gs:%1, %0" : "=r"(offset) : "m"(this_cpu_off));
	return offset + 1;
}
u64 per_cpu_add(u64 more)
{
	u64 old = more;
	asm("incq %%gs:%0" : "+m"(counter));
	asm("addq %1, %%gs:%0" : "+m"(counter) : "re"(more));
	asm volatile("xaddq %0, %%gs:%1" : "+r"(old), "+m"(counter) : : "memory");
	asm("movq %%gs:%a1, %0" : "=r"(more) : "i"(&counter));
	return more * 1000 + old;
}

extern u64 __per_cpu_offset[64];
u64 per_cpu_of(u32 cpu) { return *(u64 *)((char *)&counter + __per_cpu_offset[cpu]); }
u64 segment(u64 more)
{
	*(volatile u64 __attribute__((address_space(256))) *)(unsigned long)&counter = more;
	return *(volatile u64 __attribute__((address_space(256))) *)(unsigned long)&counter + 1 +
	       *(u64 __attribute__((address_space(256))) *)(unsigned long)&this_cpu_off;
}

extern struct {
	void *save;
} pv_ops;
u64 paravirtual_flags(void)
{
	u64 flags;
	asm volatile("# ALT: oldinstr\n771:\n\tcall *%[op];\n772:\n# ALT: padding\n.skip 0,0x90\n773:\n"
		     ".pushsection .altinstr_replacement, \"ax\"\n# ALT: replacement\n774:\n\tcall BUG_func\n775:\n.popsection\n"
		     ".pushsection .altinstr_replacement, \"ax\"\n# ALT: replacement\n774:\n\tpushf; pop %%rax;\n775:\n.popsection\n"
		     : "=a"(flags) : [op] "m"(pv_ops.save) : "memory", "cc");
	return flags;
}
u32 copy_user_unrolled(void *to, const void *from, u32 size)
{
	u32 left;
	void copy_user_generic_unrolled(void);
	asm volatile("call %P[old]" : "=a"(left), "=D"(to), "=S"(from), "=d"(size)
		     : [old] "i"(copy_user_generic_unrolled), "1"(to), "2"(from), "3"(size) : "memory", "rcx");
	return left;
}

u64 weight(u64 bits)
{
	u64 result;
	asm("call __sw_hweight64" : "=a"(result) : "D"(bits));
	return result;
}
u64 user_pointer_limit(void)
{
	u64 limit;
	asm("mov %1,%0\n1:\n.pushsection runtime_ptr_USER_PTR_MAX,\"a\"\n\t.long 1b - %c2 - .\n.popsection"
	    : "=r"(limit) : "i"(0x0123456789abcdefull), "i"(sizeof(long)));
	return limit;
}
u64 vector(u64 a)
{
	asm volatile("movdqa %%xmm0, %%xmm1" : "+r"(a));
	return a;
}
