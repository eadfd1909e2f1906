// The memory pool: shards of small blocks, one list of large blocks, the accounts; fresh memory is memory_block.cc's.
//
// Small blocks (below 64 KiB) live in shards, each with a lock of its own; a thread uses the shard its thread pointer
// hashes to, so that two threads seldom meet. Large blocks share one list that knows their age. A block is preceded by
// a 64-byte header.
#include "core/memory.h"

#include <pthread.h>
#include <unistd.h>

#include <cassert>

#include <atomic>

#include "core/memory_block.h"
#include "core/spin_lock.h"

namespace numrs {
namespace {

// Bytes handed out. Shards add in advance and give back late, so that a workspace taken and returned in a loop touches
// no shared line: accounted is never below the sum of in_use, and at most kCredit for each shard above it.
constexpr int64_t kCredit = 64 << 10;

struct Account {
  std::atomic<int64_t> bytes{0};
  std::atomic<int64_t> peak{0};

  void Add(int64_t more) {
    const int64_t now = bytes.fetch_add(more, std::memory_order_relaxed) + more;
    int64_t seen = peak.load(std::memory_order_relaxed);
    while (now > seen && !peak.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
    }
  }
};

struct alignas(64) Shard {
  SpinLock lock;
  int64_t in_use = 0;     // what threads of this shard took less what they gave back; may be negative
  int64_t accounted = 0;  // this shard's part of the account: in_use … in_use + kCredit
  int64_t kept = 0;
  uint64_t hits = 0, misses = 0;
  int evict = 0;  // where the search for a block to drop goes on
  std::atomic<Block*> first[kSmallClasses] = {};
};

constexpr int kShardBits = 4;
constexpr int kShards = 1 << kShardBits;

struct Large {
  SpinLock lock;
  int64_t in_use = 0;
  int64_t kept = 0;
  uint64_t hits = 0, misses = 0;
  Block* oldest = nullptr;
  Block* newest = nullptr;
  Block* first[kClasses - kSmallClasses] = {};
};

// Constant-initialised and never destroyed.
Shard shards[kShards];
Large large;
Account account;
std::atomic<uint64_t> limit_bytes{0};
std::atomic<bool> over_limit{false};  // the limit was set below what is in use: nothing may be kept until it fits
std::atomic<int64_t> large_bound{0};
std::atomic<int64_t> shard_bound{0};

SpinLock foreign_lock;
std::atomic<bool> has_foreign{false};
AllocateFunction foreign_allocate = nullptr;
FreeFunction foreign_free = nullptr;
void* foreign_user = nullptr;

pthread_once_t start_once = PTHREAD_ONCE_INIT;

void LockAll() {
  foreign_lock.lock();
  for (Shard& shard : shards) shard.lock.lock();
  large.lock.lock();
}

void UnlockAll() {
  large.lock.unlock();
  for (int i = kShards; i-- > 0;) shards[i].lock.unlock();
  foreign_lock.unlock();
}

void SetBounds(uint64_t bytes) {
  large_bound.store(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  shard_bound.store(static_cast<int64_t>(bytes / 256), std::memory_order_relaxed);
}

uint64_t DefaultBound() {
  const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  const uint64_t most = uint64_t{1} << 30;
  if (pages <= 0 || page <= 0) return most / 4;
  const uint64_t eighth = static_cast<uint64_t>(pages) * static_cast<uint64_t>(page) / 8;
  return eighth < most ? eighth : most;
}

// fork must not copy a lock that another thread holds: all are taken across it, and free in the child.
void Start() {
  if (large_bound.load(std::memory_order_relaxed) == 0) SetBounds(DefaultBound());
  pthread_atfork(LockAll, UnlockAll, UnlockAll);
}

void EnsureStarted() { pthread_once(&start_once, Start); }

Shard& OwnShard() {
#if defined(__has_builtin)
#if __has_builtin(__builtin_thread_pointer)
#define NUMRS_THREAD_POINTER 1
#endif
#endif
#if defined(NUMRS_THREAD_POINTER)
  const uint64_t self = reinterpret_cast<uintptr_t>(__builtin_thread_pointer());
#else
  const uint64_t self = (uint64_t)pthread_self();
#endif
  // Fibonacci hashing: thread pointers differ by a constant.
  return shards[(self * 0x9E3779B97F4A7C15u) >> (64 - kShardBits)];
}

// A chain linked by `next`, freed outside of every lock.
void SystemFreeAll(Block* chain) {
  while (chain != nullptr) {
    Block* next = chain->next;
    SystemFree(chain);
    chain = next;
  }
}

// ---- Shards (caller holds the shard's lock) ----

void ShardTook(Shard* shard, int64_t bytes) {
  shard->in_use += bytes;
  if (shard->in_use > shard->accounted) {
    account.Add(shard->in_use - shard->accounted);
    shard->accounted = shard->in_use;
  }
}

void SettleShard(Shard* shard) {
  account.bytes.fetch_sub(shard->accounted - shard->in_use, std::memory_order_relaxed);
  shard->accounted = shard->in_use;
}

void ShardGave(Shard* shard, int64_t bytes) {
  shard->in_use -= bytes;
  if (shard->accounted - shard->in_use > kCredit) SettleShard(shard);
}

Block* ShardPop(Shard* shard, int size_class) {
  Block* block = shard->first[size_class].load(std::memory_order_relaxed);
  if (block == nullptr) return nullptr;
  shard->first[size_class].store(block->next, std::memory_order_relaxed);
  shard->kept -= static_cast<int64_t>(block->capacity);
  return block;
}

void ShardPush(Shard* shard, Block* block) {
  block->state = kKept;
  std::atomic<Block*>& first = shard->first[block->size_class];
  block->next = first.load(std::memory_order_relaxed);
  first.store(block, std::memory_order_relaxed);
  shard->kept += static_cast<int64_t>(block->capacity);
}

// Drops kept blocks until no more than `most` bytes are; one class after another, so that sizes no longer asked for go
// too.
__attribute__((noinline)) Block* ShardShrink(Shard* shard, int64_t most, Block* chain) {
  while (shard->kept > most) {
    shard->evict = shard->evict > 0 ? shard->evict - 1 : kSmallClasses - 1;
    Block* block = ShardPop(shard, shard->evict);
    if (block == nullptr) continue;
    block->next = chain;
    chain = block;
  }
  return chain;
}

// ---- The large list (caller holds its lock) ----

void LargeUnlink(Block* block) {
  Block*& first = large.first[block->size_class - kSmallClasses];
  (block->previous != nullptr ? block->previous->next : first) = block->next;
  if (block->next != nullptr) block->next->previous = block->previous;
  (block->newer != nullptr ? block->newer->older : large.newest) = block->older;
  (block->older != nullptr ? block->older->newer : large.oldest) = block->newer;
  large.kept -= static_cast<int64_t>(block->capacity);
}

void LargePush(Block* block) {
  block->state = kKept;
  Block*& first = large.first[block->size_class - kSmallClasses];
  block->previous = nullptr;
  block->next = first;
  if (first != nullptr) first->previous = block;
  first = block;
  block->newer = nullptr;
  block->older = large.newest;
  (large.newest != nullptr ? large.newest->newer : large.oldest) = block;
  large.newest = block;
  large.kept += static_cast<int64_t>(block->capacity);
}

Block* LargeShrink(int64_t most, Block* chain) {
  while (large.kept > most) {
    Block* block = large.oldest;
    LargeUnlink(block);
    block->next = chain;
    chain = block;
  }
  return chain;
}

// ---- Both ----

// Gives kept blocks back, the oldest large ones first, until `bytes` have gone or none are left. Returns how many went.
int64_t Release(int64_t bytes) {
  Block* chain = nullptr;
  int64_t released = 0;
  {
    const SpinGuard guard(large.lock);
    const int64_t before = large.kept;
    chain = LargeShrink(bytes < before ? before - bytes : 0, chain);
    released = before - large.kept;
  }
  for (Shard& shard : shards) {
    if (released >= bytes) break;
    const SpinGuard guard(shard.lock);
    const int64_t before = shard.kept;
    chain = ShardShrink(&shard, 0, chain);
    released += before - shard.kept;
  }
  SystemFreeAll(chain);
  return released;
}

int64_t KeptBytes() {
  int64_t kept = 0;
  for (Shard& shard : shards) {
    const SpinGuard guard(shard.lock);
    kept += shard.kept;
  }
  const SpinGuard guard(large.lock);
  return kept + large.kept;
}

std::atomic<void (*)()> at_trim{nullptr};

// What caches of blocks elsewhere keep comes back.
void DropElsewhere() {
  if (void (*drop)() = at_trim.load(std::memory_order_acquire)) drop();
}

// Does the limit allow the bytes that are accounted for, this request among them? Kept blocks go where it does not.
bool WithinLimit() {
  const uint64_t limit = limit_bytes.load(std::memory_order_relaxed);
  if (limit == 0) return true;
  for (int attempt = 0;; ++attempt) {
    const int64_t excess = account.bytes.load(std::memory_order_relaxed) + KeptBytes() - static_cast<int64_t>(limit);
    if (excess <= 0) return true;
    if (attempt == 2) return false;
    if (attempt == 0) {
      for (Shard& shard : shards) {  // credit is not use
        const SpinGuard guard(shard.lock);
        SettleShard(&shard);
      }
    } else {
      DropElsewhere();
      Release(excess);
    }
  }
}

__attribute__((noinline)) void* ForeignAllocate(size_t bytes) {
  AllocateFunction allocate;
  FreeFunction release;
  void* user;
  {
    const SpinGuard guard(foreign_lock);
    allocate = foreign_allocate;
    release = foreign_free;
    user = foreign_user;
  }
  const size_t capacity = bytes == 0 ? 1 : bytes;
  const size_t total = capacity + sizeof(Block);
  {
    const SpinGuard guard(large.lock);
    ++large.misses;
    large.in_use += static_cast<int64_t>(capacity);
    account.Add(static_cast<int64_t>(capacity));
  }
  // The allocator may have been taken away since the caller looked.
  void* base = allocate != nullptr && WithinLimit() ? allocate(user, total, kAlignment) : nullptr;
  if (base != nullptr && reinterpret_cast<uintptr_t>(base) % kAlignment != 0) {
    release(user, base, total);
    base = nullptr;
  }
  if (base == nullptr) {
    const SpinGuard guard(large.lock);
    large.in_use -= static_cast<int64_t>(capacity);
    account.bytes.fetch_sub(static_cast<int64_t>(capacity), std::memory_order_relaxed);
    return nullptr;
  }
  Block* block = SetUpBlock(base, 0, total, -1, capacity);
  block->state = kForeign;
  block->release = release;
  block->user = user;
  return DataOf(block);
}

__attribute__((noinline)) void ForeignFree(Block* block) {
  const int64_t capacity = static_cast<int64_t>(block->capacity);
  block->state = 0;
  block->release(block->user, block->base, block->total_bytes);
  const SpinGuard guard(large.lock);
  large.in_use -= capacity;
  account.bytes.fetch_sub(capacity, std::memory_order_relaxed);
}

// Without classes the last byte asked for is the last byte there is.
size_t CapacityOf(int size_class, size_t bytes) {
  return NUMRS_POOL_KEEPS ? ClassBytes(size_class) : (bytes == 0 ? 1 : bytes);
}

// The request is accounted for already.
Block* FreshBlock(int size_class, size_t capacity) {
  if (!WithinLimit()) return nullptr;
  Block* block = SystemAllocate(size_class, capacity);
  if (block == nullptr) {
    DropElsewhere();
    if (Release(INT64_MAX) > 0) block = SystemAllocate(size_class, capacity);
  }
  return block;
}

// A small block from another thread's shard: producers and consumers of blocks on different threads would else miss
// each time.
Block* Steal(const Shard* own, int size_class) {
  for (Shard& shard : shards) {
    if (&shard == own || shard.first[size_class].load(std::memory_order_relaxed) == nullptr) continue;
    if (!shard.lock.try_lock()) continue;
    Block* block = ShardPop(&shard, size_class);
    shard.lock.unlock();
    if (block != nullptr) return block;
  }
  return nullptr;
}

__attribute__((noinline)) void* AllocateSmallSlowly(Shard* shard, int size_class, size_t bytes) {
  EnsureStarted();
  const size_t capacity = CapacityOf(size_class, bytes);
  Block* block = Steal(shard, size_class);
  {
    const SpinGuard guard(shard->lock);
    ++(block != nullptr ? shard->hits : shard->misses);
    ShardTook(shard, static_cast<int64_t>(capacity));
  }
  if (block == nullptr) block = FreshBlock(size_class, capacity);
  if (block == nullptr) {
    const SpinGuard guard(shard->lock);
    ShardGave(shard, static_cast<int64_t>(capacity));
    return nullptr;
  }
  block->state = kInUse;
  return DataOf(block);
}

__attribute__((noinline)) void* AllocateLarge(int size_class, size_t bytes) {
  EnsureStarted();
  const size_t capacity = CapacityOf(size_class, bytes);
  Block* block;
  {
    const SpinGuard guard(large.lock);
    block = large.first[size_class - kSmallClasses];
    if (block != nullptr) LargeUnlink(block);
    ++(block != nullptr ? large.hits : large.misses);
    large.in_use += static_cast<int64_t>(capacity);
    account.Add(static_cast<int64_t>(capacity));
  }
  if (block == nullptr) block = FreshBlock(size_class, capacity);
  if (block == nullptr) {
    const SpinGuard guard(large.lock);
    large.in_use -= static_cast<int64_t>(capacity);
    account.bytes.fetch_sub(static_cast<int64_t>(capacity), std::memory_order_relaxed);
    return nullptr;
  }
  block->state = kInUse;
  return DataOf(block);
}

__attribute__((noinline)) void FreeLarge(Block* block) {
  const int64_t capacity = static_cast<int64_t>(block->capacity);
  Block* chain = nullptr;
  {
    const SpinGuard guard(large.lock);
    large.in_use -= capacity;
    account.bytes.fetch_sub(capacity, std::memory_order_relaxed);
    const int64_t bound = NUMRS_POOL_KEEPS ? large_bound.load(std::memory_order_relaxed) : 0;
    if (capacity <= bound) {
      chain = LargeShrink(bound - capacity, chain);
      LargePush(block);
    } else {
      block->next = nullptr;
      chain = block;
    }
  }
  SystemFreeAll(chain);
}

}  // namespace

void* PoolAllocate(size_t bytes) {
  if (bytes > kMaxBytes) return nullptr;
  if (__builtin_expect(has_foreign.load(std::memory_order_relaxed), false)) return ForeignAllocate(bytes);
  const int size_class = ClassOf(bytes);
  if (size_class >= kSmallClasses) return AllocateLarge(size_class, bytes);
  Shard& shard = OwnShard();
  shard.lock.lock();
  Block* block = ShardPop(&shard, size_class);
  if (__builtin_expect(block == nullptr, false)) {
    shard.lock.unlock();
    return AllocateSmallSlowly(&shard, size_class, bytes);
  }
  ++shard.hits;
  ShardTook(&shard, static_cast<int64_t>(block->capacity));
  shard.lock.unlock();
  block->state = kInUse;
  return DataOf(block);
}

void PoolFree(void* data) {
  if (data == nullptr) return;
  Block* block = BlockOf(data);
  if (__builtin_expect(block->state != kInUse, false)) {
    if (block->state == kForeign) return ForeignFree(block);
    assert(false && "PoolFree: not a block of the pool, or freed before");
    return;  // losing it is the lesser evil
  }
  if (block->size_class >= kSmallClasses) {
    FreeLarge(block);
  } else {
    Shard& shard = OwnShard();
    Block* chain = nullptr;
    shard.lock.lock();
    ShardGave(&shard, static_cast<int64_t>(block->capacity));
    ShardPush(&shard, block);
    const int64_t bound = NUMRS_POOL_KEEPS ? shard_bound.load(std::memory_order_relaxed) : 0;
    if (__builtin_expect(shard.kept > bound, false)) chain = ShardShrink(&shard, bound / 2, chain);
    shard.lock.unlock();
    if (__builtin_expect(chain != nullptr, false)) SystemFreeAll(chain);
  }
  if (__builtin_expect(over_limit.load(std::memory_order_relaxed), false)) {
    over_limit.store(!WithinLimit(), std::memory_order_relaxed);
  }
}

size_t PoolUsable(const void* data) { return data == nullptr ? 0 : BlockOf(data)->capacity; }

MemoryStats PoolStats() {
  EnsureStarted();
  MemoryStats stats = {};
  int64_t in_use = 0, kept = 0;
  LockAll();
  for (const Shard& shard : shards) {
    stats.hits += shard.hits;
    stats.misses += shard.misses;
    in_use += shard.in_use;
    kept += shard.kept;
  }
  stats.hits += large.hits;
  stats.misses += large.misses;
  in_use += large.in_use;
  kept += large.kept;
  UnlockAll();
  stats.in_use_bytes = static_cast<uint64_t>(in_use);
  stats.cached_bytes = static_cast<uint64_t>(kept);
  stats.peak_bytes = static_cast<uint64_t>(account.peak.load(std::memory_order_relaxed));
  stats.limit_bytes = limit_bytes.load(std::memory_order_relaxed);
  return stats;
}

void PoolResetPeak() {
  EnsureStarted();
  LockAll();
  for (Shard& shard : shards) SettleShard(&shard);
  account.peak.store(account.bytes.load(std::memory_order_relaxed), std::memory_order_relaxed);
  UnlockAll();
}

void PoolTrim() {
  EnsureStarted();
  DropElsewhere();
  Release(INT64_MAX);
}

void PoolAtTrim(void (*drop)()) { at_trim.store(drop, std::memory_order_release); }

void PoolSetLimit(uint64_t bytes) {
  EnsureStarted();
  limit_bytes.store(bytes < INT64_MAX ? bytes : 0, std::memory_order_relaxed);
  over_limit.store(!WithinLimit(), std::memory_order_relaxed);
}

Status PoolSetAllocator(AllocateFunction allocate, FreeFunction release, void* user) {
  if ((allocate == nullptr) != (release == nullptr)) {
    return Fail(NUMRS_BAD_ARGUMENT, "set_allocator: %s is NULL, expected both functions or neither",
                allocate == nullptr ? "alloc" : "free");
  }
  EnsureStarted();
  DropElsewhere();
  Release(INT64_MAX);
  int64_t in_use = 0;
  LockAll();
  for (const Shard& shard : shards) in_use += shard.in_use;
  in_use += large.in_use;
  if (in_use == 0) {
    foreign_allocate = allocate;
    foreign_free = release;
    foreign_user = user;
    has_foreign.store(allocate != nullptr, std::memory_order_relaxed);
  }
  UnlockAll();
  if (in_use != 0) {
    return Fail(NUMRS_BAD_ARGUMENT, "set_allocator: %lld bytes are in use, expected none",
                static_cast<long long>(in_use));
  }
  return NUMRS_OK;
}

bool PoolKeepsBlocks() { return NUMRS_POOL_KEEPS != 0; }

void PoolSetCacheBoundForTest(uint64_t bytes) {
  EnsureStarted();
  SetBounds(bytes != 0 ? bytes : DefaultBound());
}

}  // namespace numrs
