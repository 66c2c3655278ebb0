// Threads that share a piece of work.
#pragma once

#include <atomic>
#include <functional>

namespace closecheck {

/// How many threads can run at once on this machine; 1 where nobody knows.
int processor_count();

/// Lets `count` threads do `work`, the caller's among them, and returns when all have ended. The first exception that
/// comes out of one of them, or that keeps one from being started, is thrown again then; `stop` is true from that
/// moment on, for the others to look at.
void run_workers(int count, std::atomic<bool>& stop, const std::function<void()>& work);

}  // namespace closecheck
