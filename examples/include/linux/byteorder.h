#ifndef _STUB_BYTEORDER_H
#define _STUB_BYTEORDER_H
#include <linux/types.h>

#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define be16_to_cpu(x) __builtin_bswap16(x)
#define be32_to_cpu(x) __builtin_bswap32(x)

#endif
