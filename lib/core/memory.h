// The memory pool: blocks for arrays and workspaces, kept for the next call; no placement on devices.
#ifndef NUMRS_CORE_MEMORY_H_
#define NUMRS_CORE_MEMORY_H_

#include <cstddef>
#include <cstdint>

#include "core/status.h"

namespace numrs {

// A block of at least `bytes` (0 too) that begins on a 64-byte boundary and holds anything. nullptr when the system has
// no more, or when the limit forbids it. Any thread may free it.
//
// Sizes are rounded up to classes, eight to a power of two (by at most 12.5 % from 512 bytes on). A freed block waits
// for the next request of its class. Blocks from 32 KiB on start at different offsets in their page: loads and stores
// of arrays at equal offsets are taken for dependent by the processor. From 1 MiB on they are pages of their own, from
// 4 MiB on huge pages where the kernel has some.
void* PoolAllocate(size_t bytes);
void PoolFree(void* block);  // nullptr is fine
// Bytes that may be used, at least those asked for; 0 for nullptr.
size_t PoolUsable(const void* block);

struct MemoryStats {
  uint64_t hits;          // requests served by a kept block
  uint64_t misses;        // requests that went to the system or to the caller's allocator
  uint64_t in_use_bytes;  // capacity of the blocks handed out
  uint64_t cached_bytes;  // capacity of the blocks kept
  uint64_t peak_bytes;    // most in_use_bytes since the last reset; blocks below 64 KiB in other threads may add 64 KiB
                          // each of 16 shards
  uint64_t limit_bytes;   // 0: none
};
MemoryStats PoolStats();
void PoolResetPeak();

// Gives all kept blocks back to the system.
void PoolTrim();

// Called before the pool gives blocks back: frees the blocks that a cache outside of it (core/fft_plan.cc) only keeps.
void PoolAtTrim(void (*drop)());

// Upper bound of in_use_bytes + cached_bytes; 0: none. Blocks that are in use stay, kept ones go as far as needed.
void PoolSetLimit(uint64_t bytes);

// The caller's allocator, or the system's when both are nullptr; one alone, or blocks in use, is NUMRS_BAD_ARGUMENT.
// alloc may return nullptr; its block must be aligned as asked. While it is set nothing is kept: every request reaches
// it, so that it sees the truth.
using AllocateFunction = void* (*)(void* user, size_t bytes, size_t alignment);
using FreeFunction = void (*)(void* user, void* block, size_t bytes);
Status PoolSetAllocator(AllocateFunction allocate, FreeFunction release, void* user);

// Does the pool keep blocks? Not under AddressSanitizer, which must see each of them freed.
bool PoolKeepsBlocks();

// A block for the time of a scope.
class Workspace {
 public:
  explicit Workspace(size_t bytes) : data_(PoolAllocate(bytes)) {}
  ~Workspace() { PoolFree(data_); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  bool ok() const { return data_ != nullptr; }
  void* data() const { return data_; }
  template <typename T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_;
};

// For tests: system allocations made, and the most bytes the cache of large blocks may keep (0: the default).
uint64_t PoolSystemAllocationsForTest();
void PoolSetCacheBoundForTest(uint64_t bytes);

}  // namespace numrs

#endif  // NUMRS_CORE_MEMORY_H_
