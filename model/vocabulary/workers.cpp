#include "closecheck/vocabulary/workers.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace closecheck {

int processor_count() {
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

void run_workers(int count, std::atomic<bool>& stop, const std::function<void()>& work) {
  std::mutex mutex;
  std::exception_ptr trouble;
  const auto guarded = [&](const auto& action) noexcept {
    try {
      action();
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!trouble) trouble = std::current_exception();
      stop = true;
    }
  };
  std::vector<std::thread> threads;
  guarded([&] {
    for (int i = 1; i < count; ++i) threads.emplace_back([&] { guarded(work); });
  });
  if (!stop) guarded(work);
  for (std::thread& thread : threads) thread.join();
  if (trouble) std::rethrow_exception(trouble);
}

}  // namespace closecheck
