// Scratch memory for the bodies of a parallel loop: taken once before the loop, one slot per running body.
#pragma once

#include <sched.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace numrs {

class ScratchSlots {
 public:
  static constexpr int kMaxSlots = 64;  // more threads than this share

  ScratchSlots(void* data, size_t bytes, int count)
      : data_(static_cast<char*>(data)), bytes_(bytes), count_(count < kMaxSlots ? count : kMaxSlots) {}

  // Holds a slot while it lives. Bodies outnumber slots only when a caller's parallel_for runs more at once than asked;
  // they wait.
  class Lease {
   public:
    explicit Lease(ScratchSlots& slots) : slots_(slots) {
      if (!slots.bytes_) return;
      for (;;) {
        for (slot_ = 0; slot_ < slots.count_; slot_++) {
          const uint64_t bit = uint64_t{1} << slot_;
          if (!(slots.taken_.load(std::memory_order_relaxed) & bit) &&
              !(slots.taken_.fetch_or(bit, std::memory_order_acquire) & bit))
            return;
        }
        sched_yield();
      }
    }
    ~Lease() {
      if (slots_.bytes_) slots_.taken_.fetch_and(~(uint64_t{1} << slot_), std::memory_order_release);
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    char* data() const { return slots_.bytes_ ? slots_.data_ + static_cast<size_t>(slot_) * slots_.bytes_ : nullptr; }

   private:
    ScratchSlots& slots_;
    int slot_ = 0;
  };

 private:
  char* data_;
  size_t bytes_;
  int count_;
  std::atomic<uint64_t> taken_{0};
};

}  // namespace numrs
