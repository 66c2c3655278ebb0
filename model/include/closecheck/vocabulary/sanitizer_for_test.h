// Whether the tests run under a sanitizer, which takes several times as long and memory of its own.
#pragma once

namespace closecheck {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// Whether it is the one that looks for data races, to which a run of one thread has nothing to show.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitized = true;
#else
inline constexpr bool kThreadSanitized = false;
#endif

}  // namespace closecheck
