// How the memory pool asks the system for a block and gives it back: heap, pages, huge pages, staggered starts.
#include "core/memory_block.h"

#include <sys/mman.h>

#include <cstdlib>

#include <atomic>

namespace numrs {
namespace {

constexpr size_t kPage = 4096;  // offsets count in this whatever the kernel's page
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kStaggerFrom = size_t{32} << 10;
constexpr size_t kMapFrom = size_t{1} << 20;
constexpr size_t kHugeFrom = size_t{4} << 20;

std::atomic<uint32_t> stagger{0};
std::atomic<uint64_t> system_allocations{0};

bool IsMapped(size_t capacity) { return NUMRS_POOL_KEEPS && capacity >= kMapFrom; }

// Offset of a block's data in its page. Successive blocks lie 19 lines apart: any two of seven neighbours are at
// least 7 lines (448 bytes) apart, in either direction, modulo the page.
size_t NextOffset() { return stagger.fetch_add(1, std::memory_order_relaxed) * 19 % (kPage / kAlignment) * kAlignment; }

Block* MapBlock(int size_class, size_t capacity) {
  const size_t offset = NextOffset();
  const size_t total = (offset + sizeof(Block) + capacity + kPage - 1) / kPage * kPage;
  // Whole huge pages need an aligned start; what sticks out goes back.
  const size_t slack = capacity >= kHugeFrom ? kHugePage : 0;
  void* mapped = mmap(nullptr, total + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  char* base = static_cast<char*>(mapped);
  if (slack != 0) {
    const size_t head = (kHugePage - reinterpret_cast<uintptr_t>(base) % kHugePage) % kHugePage;
    if (head != 0) munmap(base, head);
    base += head;
    if (slack != head) munmap(base + total, slack - head);
#if defined(MADV_HUGEPAGE)
    madvise(base, total, MADV_HUGEPAGE);
#endif
  }
  return SetUpBlock(base, offset, total, size_class, capacity);
}

Block* HeapBlock(int size_class, size_t capacity) {
  const bool staggered = NUMRS_POOL_KEEPS && capacity >= kStaggerFrom;
  const size_t total = sizeof(Block) + capacity + (staggered ? kPage : 0);
  void* base = nullptr;
  if (posix_memalign(&base, kAlignment, total) != 0) return nullptr;
  const size_t start = reinterpret_cast<uintptr_t>(base) % kPage;
  const size_t offset = staggered ? (NextOffset() + kPage - start) % kPage : 0;
  return SetUpBlock(base, offset, total, size_class, capacity);
}

}  // namespace

Block* SystemAllocate(int size_class, size_t capacity) {
  system_allocations.fetch_add(1, std::memory_order_relaxed);
  Block* block = IsMapped(capacity) ? MapBlock(size_class, capacity) : HeapBlock(size_class, capacity);
  if (block != nullptr) block->state = kInUse;
  return block;
}

void SystemFree(Block* block) {
  block->state = 0;
  if (IsMapped(block->capacity)) {
    munmap(block->base, block->total_bytes);
  } else {
    std::free(block->base);
  }
}

uint64_t PoolSystemAllocationsForTest() { return system_allocations.load(std::memory_order_relaxed); }

}  // namespace numrs
