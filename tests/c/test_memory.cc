// Tests of the memory pool.
#include "catch.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

#include "core/memory.h"
#include "threads_support.h"

using namespace numrs;

namespace {

constexpr size_t kMiB = size_t{1} << 20;

uint64_t InUse() { return PoolStats().in_use_bytes; }
uint64_t Cached() { return PoolStats().cached_bytes; }

// Each test begins with nothing kept and ends with nothing in use.
struct Clean {
  Clean() : before(InUse()) { PoolTrim(); }
  ~Clean() {
    CHECK(InUse() == before);
    PoolTrim();
    CHECK(Cached() == 0);
    PoolSetLimit(0);
    PoolSetCacheBoundForTest(0);
  }
  uint64_t before;
};

int64_t MinorFaults() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

}  // namespace

TEST_CASE("memory: blocks are aligned, large enough and not much larger", "[memory]") {
  const Clean clean;
  std::vector<size_t> sizes = {0, 1, 63, 64, 65, 511, 512, 513, 4096, 4097};
  for (size_t power = 10; power <= 24; ++power) {
    for (long d : {-1L, 0L, 1L}) sizes.push_back((size_t{1} << power) + static_cast<size_t>(d));
    sizes.push_back((size_t{1} << power) * 11 / 8 + 3);
  }
  for (const size_t bytes : sizes) {
    INFO(bytes);
    char* block = static_cast<char*>(PoolAllocate(bytes));
    REQUIRE(block != nullptr);
    CHECK(reinterpret_cast<uintptr_t>(block) % 64 == 0);
    const size_t usable = PoolUsable(block);
    CHECK(usable >= bytes);
    if (bytes >= 512) CHECK(static_cast<double>(usable) <= 1.125 * static_cast<double>(bytes) + 1);
    if (bytes < 512) CHECK(usable <= bytes + 64);
    std::memset(block, 0xA5, usable);
    PoolFree(block);
  }
  CHECK(PoolUsable(nullptr) == 0);
  PoolFree(nullptr);
}

TEST_CASE("memory: too much is refused, not wrapped around", "[memory]") {
  const Clean clean;
  for (size_t bytes : {SIZE_MAX, SIZE_MAX - 63, SIZE_MAX / 2, (size_t{1} << 46) + 1}) {
    CHECK(PoolAllocate(bytes) == nullptr);
    const Workspace workspace(bytes);
    CHECK_FALSE(workspace.ok());
  }
}

TEST_CASE("memory: a freed block is the next one of its class", "[memory]") {
  if (!PoolKeepsBlocks()) return;
  const Clean clean;
  for (size_t bytes : {size_t{100}, size_t{5000}, size_t{40'000}, size_t{100'000}, 2 * kMiB, 80 * kMiB}) {
    INFO(bytes);
    void* first = PoolAllocate(bytes);
    PoolFree(first);
    const MemoryStats before = PoolStats();
    void* second = PoolAllocate(bytes);
    const MemoryStats after = PoolStats();
    CHECK(second == first);
    CHECK(after.hits == before.hits + 1);
    CHECK(after.misses == before.misses);
    CHECK(after.in_use_bytes - before.in_use_bytes == PoolUsable(second));
    CHECK(before.cached_bytes - after.cached_bytes == PoolUsable(second));
    PoolFree(second);
  }
}

TEST_CASE("memory: a loop over a large result faults no pages again", "[memory]") {
  if (!PoolKeepsBlocks()) return;
  const Clean clean;
  const size_t bytes = 80'000'000;
  void* block = PoolAllocate(bytes);
  std::memset(block, 1, bytes);
  PoolFree(block);
  const uint64_t system = PoolSystemAllocationsForTest();
  const int64_t faults = MinorFaults();
  for (int i = 0; i < 5; ++i) {
    block = PoolAllocate(bytes);
    std::memset(block, i, bytes);
    PoolFree(block);
  }
  CHECK(PoolSystemAllocationsForTest() == system);
  CHECK(MinorFaults() - faults < 50);
}

TEST_CASE("memory: large blocks start at different offsets in their page", "[memory]") {
  if (!PoolKeepsBlocks()) return;
  const Clean clean;
  for (size_t bytes : {size_t{50'000}, size_t{300'000}, 2 * kMiB, 16 * kMiB}) {
    std::vector<void*> blocks;
    for (int i = 0; i < 7; ++i) blocks.push_back(PoolAllocate(bytes));
    for (size_t i = 0; i < blocks.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        const auto difference =
            static_cast<unsigned>(reinterpret_cast<uintptr_t>(blocks[i]) - reinterpret_cast<uintptr_t>(blocks[j]));
        const unsigned apart = difference % 4096;
        CHECK(std::min(apart, 4096 - apart) >= 448);
      }
    }
    for (void* block : blocks) PoolFree(block);
  }
}

TEST_CASE("memory: statistics and peak", "[memory]") {
  const Clean clean;
  PoolResetPeak();
  const MemoryStats start = PoolStats();
  CHECK(start.peak_bytes == start.in_use_bytes);
  CHECK(start.cached_bytes == 0);
  void* a = PoolAllocate(3 * kMiB);
  void* b = PoolAllocate(1000);
  const uint64_t used = PoolUsable(a) + PoolUsable(b);
  MemoryStats stats = PoolStats();
  CHECK(stats.in_use_bytes == start.in_use_bytes + used);
  CHECK(stats.peak_bytes == stats.in_use_bytes);
  CHECK(stats.misses == start.misses + 2);
  PoolFree(a);
  PoolFree(b);
  stats = PoolStats();
  CHECK(stats.in_use_bytes == start.in_use_bytes);
  CHECK(stats.peak_bytes == start.in_use_bytes + used);
  CHECK(stats.cached_bytes == (PoolKeepsBlocks() ? used : 0));
  PoolTrim();
  CHECK(Cached() == 0);
  PoolResetPeak();
  CHECK(PoolStats().peak_bytes == start.in_use_bytes);
  // A peak of a small block right after a reset is seen, though small blocks are accounted for in steps.
  void* c = PoolAllocate(5000);
  CHECK(PoolStats().peak_bytes == start.in_use_bytes + PoolUsable(c));
  PoolFree(c);
}

TEST_CASE("memory: the limit", "[memory]") {
  const Clean clean;
  const uint64_t used = InUse();
  PoolSetLimit(used + 10 * kMiB);
  CHECK(PoolStats().limit_bytes == used + 10 * kMiB);
  void* a = PoolAllocate(6 * kMiB);
  REQUIRE(a != nullptr);
  CHECK(PoolAllocate(5 * kMiB) == nullptr);
  void* b = PoolAllocate(4 * kMiB);
  CHECK(b != nullptr);
  CHECK(PoolAllocate(64) == nullptr);
  PoolFree(a);
  PoolFree(b);
  // Kept blocks make room.
  void* c = PoolAllocate(9 * kMiB);
  CHECK(c != nullptr);
  CHECK(InUse() + Cached() <= used + 10 * kMiB);
  PoolFree(c);
  PoolSetLimit(used + kMiB);
  CHECK(InUse() + Cached() <= used + kMiB);
  PoolSetLimit(0);
  void* d = PoolAllocate(20 * kMiB);
  CHECK(d != nullptr);
  PoolFree(d);
}

TEST_CASE("memory: the limit counts what is in use, however small the blocks", "[memory]") {
  const Clean clean;
  const uint64_t used = InUse();
  PoolSetLimit(used + kMiB);
  std::vector<void*> blocks;
  for (;;) {
    void* block = PoolAllocate(1024);
    if (block == nullptr) break;
    blocks.push_back(block);
  }
  CHECK(blocks.size() == 1024);
  for (void* block : blocks) PoolFree(block);
  blocks.clear();
  for (void* block; (block = PoolAllocate(2048)) != nullptr;) blocks.push_back(block);
  CHECK(blocks.size() == 512);
  for (void* block : blocks) PoolFree(block);
}

TEST_CASE("memory: a limit below what is in use", "[memory]") {
  const Clean clean;
  const uint64_t used = InUse();
  void *a = PoolAllocate(8 * kMiB), *b = PoolAllocate(4 * kMiB), *c = PoolAllocate(3000);
  PoolSetLimit(used + 2 * kMiB);
  PoolFree(a);
  CHECK(Cached() == 0);
  CHECK(PoolAllocate(64) == nullptr);
  CHECK(PoolAllocate(8 * kMiB) == nullptr);
  PoolFree(b);
  CHECK(InUse() + Cached() <= used + 2 * kMiB);
  void* d = PoolAllocate(kMiB);
  CHECK(d != nullptr);
  PoolFree(d);
  PoolFree(c);
  CHECK(InUse() == used);
  CHECK(Cached() == (PoolKeepsBlocks() ? kMiB + 3072 : 0));
}

TEST_CASE("memory: the cache is bounded and the oldest large blocks go first", "[memory]") {
  if (!PoolKeepsBlocks()) return;
  const Clean clean;
  PoolSetCacheBoundForTest(32 * kMiB);
  void *a = PoolAllocate(10 * kMiB), *b = PoolAllocate(12 * kMiB), *c = PoolAllocate(14 * kMiB);
  PoolFree(a);
  PoolFree(b);
  PoolFree(c);
  CHECK(Cached() == 26 * kMiB);
  const uint64_t system = PoolSystemAllocationsForTest();
  PoolFree(PoolAllocate(12 * kMiB));
  PoolFree(PoolAllocate(14 * kMiB));
  CHECK(PoolSystemAllocationsForTest() == system);
  void* huge = PoolAllocate(40 * kMiB);
  PoolFree(huge);  // never kept, and nothing else is dropped for it
  CHECK(Cached() == 26 * kMiB);
  // Small blocks: whatever has been freed, the cache stays bounded.
  std::vector<void*> blocks;
  for (int i = 0; i < 3000; ++i) blocks.push_back(PoolAllocate(1000 + static_cast<size_t>(i)));
  for (void* block : blocks) PoolFree(block);
  CHECK(Cached() <= 32 * kMiB + 32 * kMiB / 16);
}

TEST_CASE("memory: blocks freed on another thread", "[memory]") {
  const Clean clean;
  for (size_t bytes : {size_t{200}, size_t{20'000}, 2 * kMiB}) {
    std::vector<void*> blocks(64);
    for (int round = 0; round < 4; ++round) {
      for (void*& block : blocks) {
        block = PoolAllocate(bytes);
        REQUIRE(block != nullptr);
        std::memset(block, round, 100);
      }
      std::thread([&] {
        for (void* block : blocks) PoolFree(block);
      }).join();
    }
  }
}

TEST_CASE("memory: many threads", "[memory]") {
  const Clean clean;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  std::atomic<unsigned char*> exchange[8] = {};
  for (unsigned t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      uint32_t random = t * 2654435761u + 1;
      for (int i = 0; i < 2000; ++i) {
        random = random * 1664525u + 1013904223u;
        const size_t bytes = 64 + (random >> 8) % (i % 50 == 0 ? 300'000 : 5000);
        unsigned char* block = static_cast<unsigned char*>(PoolAllocate(bytes));
        if (block == nullptr) {
          ++wrong;
          continue;
        }
        std::memset(block, static_cast<int>(t), 64);
        // Hand it to whoever comes next, and free what somebody else has left.
        block = exchange[random % 8].exchange(block);
        if (block != nullptr) {
          for (int k = 1; k < 64; ++k) wrong += block[k] != block[0];
          PoolFree(block);
        }
        if (i % 500 == 0) PoolTrim();
        if (i % 300 == 0) PoolStats();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (auto& slot : exchange) PoolFree(slot.load());
  CHECK(wrong.load() == 0);
}

// ---- the caller's allocator ----

namespace {

struct Counting {
  int calls = 0, fail_at = -1;
  int64_t live = 0, blocks = 0;
  bool misalign = false;
};

void* CountingAllocate(void* user, size_t bytes, size_t alignment) {
  Counting* counting = static_cast<Counting*>(user);
  if (counting->calls++ == counting->fail_at) return nullptr;
  void* block = nullptr;
  if (posix_memalign(&block, alignment, bytes + 64) != 0) return nullptr;
  counting->live += static_cast<int64_t>(bytes);
  ++counting->blocks;
  return counting->misalign ? static_cast<char*>(block) + 8 : block;
}

void CountingFree(void* user, void* block, size_t bytes) {
  Counting* counting = static_cast<Counting*>(user);
  counting->live -= static_cast<int64_t>(bytes);
  --counting->blocks;
  std::free(counting->misalign ? static_cast<char*>(block) - 8 : block);
}

}  // namespace

TEST_CASE("memory: the caller's allocator serves every request", "[memory]") {
  const Clean clean;
  Counting counting;
  PoolFree(PoolAllocate(1000));
  REQUIRE(PoolSetAllocator(CountingAllocate, CountingFree, &counting) == NUMRS_OK);
  CHECK(Cached() == 0);
  for (size_t bytes : {size_t{0}, size_t{1}, size_t{1000}, 3 * kMiB}) {
    void* block = PoolAllocate(bytes);
    REQUIRE(block != nullptr);
    CHECK(reinterpret_cast<uintptr_t>(block) % 64 == 0);
    CHECK(PoolUsable(block) >= bytes);
    CHECK(counting.blocks == 1);
    CHECK(PoolStats().in_use_bytes >= bytes);
    std::memset(block, 1, bytes);
    PoolFree(block);
    CHECK(counting.blocks == 0);
    CHECK(counting.live == 0);
  }
  CHECK(counting.calls == 4);
  CHECK(Cached() == 0);
  PoolSetLimit(10'000);
  CHECK(PoolAllocate(20'000) == nullptr);
  CHECK(counting.calls == 4);
  PoolSetLimit(0);
  counting.misalign = true;
  CHECK(PoolAllocate(100) == nullptr);
  CHECK(counting.blocks == 0);
  counting.misalign = false;
  REQUIRE(PoolSetAllocator(nullptr, nullptr, nullptr) == NUMRS_OK);
  PoolFree(PoolAllocate(1000));
  CHECK(counting.calls == 5);
}

TEST_CASE("memory: each allocation fails in turn", "[memory]") {
  const Clean clean;
  for (int fail_at = 0; fail_at < 6; ++fail_at) {
    Counting counting;
    counting.fail_at = fail_at;
    REQUIRE(PoolSetAllocator(CountingAllocate, CountingFree, &counting) == NUMRS_OK);
    {
      const Workspace a(100), b(10'000), c(kMiB), d(8 * kMiB), e(0);
      const bool expected[] = {a.ok(), b.ok(), c.ok(), d.ok(), e.ok()};
      for (int i = 0; i < 5; ++i) CHECK(expected[i] == (i != fail_at));
    }
    CHECK(counting.live == 0);
    CHECK(counting.blocks == 0);
    REQUIRE(PoolSetAllocator(nullptr, nullptr, nullptr) == NUMRS_OK);
  }
}

TEST_CASE("memory: half an allocator, or one for blocks in use, is refused", "[memory]") {
  const Clean clean;
  Counting counting;
  CHECK(PoolSetAllocator(CountingAllocate, nullptr, &counting) == NUMRS_BAD_ARGUMENT);
  CHECK(std::strstr(Message(), "set_allocator") != nullptr);
  CHECK(PoolSetAllocator(nullptr, CountingFree, &counting) == NUMRS_BAD_ARGUMENT);
  void* block = PoolAllocate(100);
  CHECK(PoolSetAllocator(CountingAllocate, CountingFree, &counting) == NUMRS_BAD_ARGUMENT);
  PoolFree(block);
  block = PoolAllocate(100);
  CHECK(counting.calls == 0);
  PoolFree(block);
  REQUIRE(PoolSetAllocator(CountingAllocate, CountingFree, &counting) == NUMRS_OK);
  block = PoolAllocate(100);
  CHECK(PoolSetAllocator(nullptr, nullptr, nullptr) == NUMRS_BAD_ARGUMENT);
  PoolFree(block);
  CHECK(counting.blocks == 0);
  REQUIRE(PoolSetAllocator(nullptr, nullptr, nullptr) == NUMRS_OK);
}

TEST_CASE("memory: when the system has no more", "[memory]") {
  if (kAsan || kTsan) return;  // they reserve more address space than any limit
  const Clean clean;
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(20);
    void* kept = PoolAllocate(256 * kMiB);
    PoolFree(kept);
    long pages = 0;
    std::FILE* statm = std::fopen("/proc/self/statm", "r");
    if (statm == nullptr || std::fscanf(statm, "%ld", &pages) != 1) _exit(0);
    std::fclose(statm);
    const rlim_t most = static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + 512 * kMiB;
    const rlimit limit = {most, most};
    if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(0);
    if (PoolAllocate(2048 * kMiB) != nullptr) _exit(1);
    if (PoolStats().cached_bytes != 0) _exit(2);  // it gave back what it had before it gave up
    void* block = PoolAllocate(300 * kMiB);
    if (block == nullptr) _exit(3);
    PoolFree(block);
    _exit(PoolStats().in_use_bytes == 0 ? 0 : 4);
  }
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("memory: fork while other threads allocate", "[memory][fork]") {
  if (kAsan) return;  // gcc 12's ASan allocator keeps its locks in the child
  const Clean clean;
  std::atomic<bool> end{false};
  std::vector<std::thread> others;
  for (size_t t = 0; t < 3; ++t) {
    others.emplace_back([&end, t] {
      for (size_t i = 0; !end; ++i) PoolFree(PoolAllocate((t + 1) * 1000 + i % 7 * 20'000));
    });
  }
  for (int i = 0; i < 200; ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      alarm(20);
      for (size_t k = 0; k < 200; ++k) {
        void* block = PoolAllocate(k * 997);
        if (block == nullptr) _exit(1);
        PoolFree(block);
      }
      PoolTrim();
      _exit(PoolStats().cached_bytes == 0 ? 0 : 2);
    }
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  }
  end = true;
  for (std::thread& thread : others) thread.join();
}

TEST_CASE("memory: a workspace", "[memory]") {
  const Clean clean;
  const Workspace workspace(1000);
  REQUIRE(workspace.ok());
  double* numbers = workspace.as<double>();
  CHECK(numbers == workspace.data());
  for (int i = 0; i < 125; ++i) numbers[i] = i;
}
