#include "closecheck/vocabulary/workers.h"

#include <gtest/gtest.h>

#include <new>

namespace closecheck {
namespace {

TEST(RunWorkers, DoesTheWorkOnceInEachThread) {
  std::atomic<bool> stop = false;
  std::atomic<int> done = 0;
  run_workers(4, stop, [&] { ++done; });
  EXPECT_EQ(done, 4);
  EXPECT_FALSE(stop);
}

TEST(RunWorkers, ThrowsAgainWhatComesOutOfAThreadOnceAllHaveEnded) {
  std::atomic<bool> stop = false;
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  const auto work = [&] {
    if (begun++ == 2) throw std::bad_alloc();
    while (!stop) {
    }
    ++ended;
  };
  EXPECT_THROW(run_workers(3, stop, work), std::bad_alloc);
  EXPECT_EQ(ended, 2);
}

TEST(RunWorkers, ThrowsAgainWhatComesOutOfTheCallersOwnThread) {
  std::atomic<bool> stop = false;
  EXPECT_THROW(run_workers(1, stop, [] { throw std::bad_alloc(); }), std::bad_alloc);
  EXPECT_TRUE(stop);
}

}  // namespace
}  // namespace closecheck
