// Whether the tests run under a sanitizer, which takes several times as long and memory of its own.
#pragma once

namespace closecheck {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace closecheck
