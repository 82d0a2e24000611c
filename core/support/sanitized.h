// Whether this is a build with a sanitizer, which reserves terabytes of addresses that it never uses: limits of memory
// say nothing then.
#pragma once

#ifndef __has_feature // gcc
#define __has_feature(x) 0
#endif

namespace kmem {

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || defined(__SANITIZE_ADDRESS__) ||            \
    defined(__SANITIZE_THREAD__)
inline constexpr bool isSanitized = true;
#else
inline constexpr bool isSanitized = false;
#endif

} // namespace kmem
