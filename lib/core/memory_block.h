// The memory pool's blocks: header, size classes, and how the system is asked for one; what is kept is memory.cc's.
#ifndef NUMRS_CORE_MEMORY_BLOCK_H_
#define NUMRS_CORE_MEMORY_BLOCK_H_

#include <cstddef>
#include <cstdint>

#include "core/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define NUMRS_POOL_KEEPS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define NUMRS_POOL_KEEPS 0
#endif
#endif
#ifndef NUMRS_POOL_KEEPS
#define NUMRS_POOL_KEEPS 1
#endif

namespace numrs {

constexpr size_t kAlignment = 64;
constexpr size_t kSmallBelow = size_t{64} << 10;
constexpr size_t kMaxBytes = size_t{1} << 46;

// 64, 128 … 512, then eight to a power of two: 576, 640 … 1024, 1152 …
constexpr int ClassOf(size_t bytes) {
  if (bytes <= 512) return bytes == 0 ? 0 : static_cast<int>((bytes - 1) / 64);
  const int power = 63 - __builtin_clzll(bytes - 1);  // 2^power < bytes <= 2^(power + 1), rounded
  return (power - 9) * 8 + static_cast<int>((bytes - 1) >> (power - 3));
}
constexpr size_t ClassBytes(int c) {
  if (c < 8) return 64 * (static_cast<size_t>(c) + 1);
  const int power = 9 + (c - 8) / 8;
  return static_cast<size_t>((c - 8) % 8 + 9) << (power - 3);
}
constexpr int kSmallClasses = ClassOf(kSmallBelow - 1);  // the class of 64 KiB itself is large
constexpr int kClasses = ClassOf(kMaxBytes) + 1;
static_assert(ClassOf(512) == 7 && ClassOf(513) == 8 && ClassOf(576) == 8 && ClassOf(577) == 9 && ClassOf(1024) == 15);
static_assert(ClassOf(1025) == 16 && ClassBytes(8) == 576 && ClassBytes(15) == 1024 && ClassBytes(16) == 1152);
static_assert(ClassBytes(kSmallClasses) == kSmallBelow && ClassBytes(kClasses - 1) == kMaxBytes);

constexpr uint32_t kInUse = 0x6e756d72u;    // "numr"
constexpr uint32_t kKept = 0x66726565u;     // "free"
constexpr uint32_t kForeign = 0x75736572u;  // "user": in use, from the caller's allocator

struct alignas(kAlignment) Block {
  uint32_t state;
  int32_t size_class;
  size_t capacity;     // bytes that may be used
  void* base;          // what the system or the caller's allocator gave
  size_t total_bytes;  // and how much
  union {
    Block* next;           // while kept: of the same class
    FreeFunction release;  // of a foreign block: its own, whatever is set by then
  };
  union {
    Block* previous;  // while kept in the large list
    void* user;
  };
  Block* newer;  // while kept in the large list: by age
  Block* older;
};
static_assert(sizeof(Block) == kAlignment);

inline void* DataOf(Block* block) { return block + 1; }
inline Block* BlockOf(const void* data) { return static_cast<Block*>(const_cast<void*>(data)) - 1; }

// Writes the header `offset` bytes into the memory that begins at base.
inline Block* SetUpBlock(void* base, size_t offset, size_t total, int size_class, size_t capacity) {
  Block* block = reinterpret_cast<Block*>(static_cast<char*>(base) + offset);
  block->base = base;
  block->total_bytes = total;
  block->size_class = size_class;
  block->capacity = capacity;
  return block;
}

// A fresh block in state kInUse, or nullptr.
Block* SystemAllocate(int size_class, size_t capacity);
void SystemFree(Block* block);

}  // namespace numrs

#endif  // NUMRS_CORE_MEMORY_BLOCK_H_
