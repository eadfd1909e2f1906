// One long line sorted in steps: pieces are split side by side by all threads until they are small, then sorted.
#include "core/order_long.h"

#include <algorithm>

namespace numrs {
namespace {

constexpr int64_t kStep = 256 * 1024;         // elements of a piece between two looks at the others: well below 1 ms
constexpr int64_t kSmall = 64 * 1024;         // a piece is sorted at once,
constexpr int64_t kMostAtOnce = 1024 * 1024;  // or with that many elements where every thread has enough of them
constexpr int32_t kMostBad = 12;
constexpr Status kFinished = -1;  // ends the loop; never leaves this file

int64_t Capacity(int64_t n) { return 64 + 4 * (n / kSmall); }

class LongSort {
 public:
  LongSort(const Run& run, int threads, int64_t n, void* memory)
      : run_(run),
        threads_(threads),
        small_size_(threads == 1 ? kMostAtOnce : std::clamp(n / (8 * threads), kSmall, kMostAtOnce)),
        capacity_(Capacity(n)),
        splits_(static_cast<OrderSplit*>(memory)),
        fresh_(reinterpret_cast<OrderPiece*>(splits_ + capacity_)),
        small_(fresh_ + 2 * capacity_) {}

  Status Execute(const OrderPiece& all) {
    Add(all);
    // Each turn is work for all threads; between turns the caller may cancel.
    const Status status = ParallelFor(int64_t{1} << 60, 1, 1, run_.cancel, [&](int64_t, int64_t) -> Status {
      if (active_ > 0) return SplitTurn();
      if (sorted_ < small_count_) return SortTurn();
      return kFinished;
    });
    return status == kFinished ? static_cast<Status>(NUMRS_OK) : status;
  }

 private:
  // To be split further, or sorted as it is: also where pivots fail or there is no more room for pieces.
  void Add(const OrderPiece& p) {
    if (p.n == 0) return;
    const bool room = active_ < capacity_ && small_count_ + 2 * active_ + 2 < 3 * capacity_;
    if (p.n > small_size_ && p.bad <= kMostBad && room) {
      splits_[active_++] = OrderSplit{p, 0, 0, 0, {}};
    } else {
      small_[small_count_++] = p;
    }
  }

  Status SplitTurn() {
    const OrderTable& table = *run_.kernels.order;
    NUMRS_TRY(ParallelFor(active_, 1, threads_, nullptr, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        OrderSplit& s = splits_[i];
        OrderPiece *low = &fresh_[2 * i], *high = low + 1;
        if (!table.step[s.piece.kind](&s, kStep, low, high)) continue;
        const int64_t n = s.piece.n, more = low->n > high->n ? low->n : high->n;
        low->bad = high->bad = s.piece.bad + (more > n - n / 8);
        s.piece.n = 0;  // done
      }
    }));
    int64_t kept = 0, done = 0;
    for (int64_t i = 0; i < active_; i++) {
      if (splits_[i].piece.n > 0) {
        splits_[kept++] = splits_[i];
      } else {
        fresh_[2 * done] = fresh_[2 * i];
        fresh_[2 * done++ + 1] = fresh_[2 * i + 1];
      }
    }
    active_ = kept;
    for (int64_t i = 0; i < 2 * done; i++) Add(fresh_[i]);
    return NUMRS_OK;
  }

  Status SortTurn() {
    const OrderTable& table = *run_.kernels.order;
    const int64_t count = small_count_ - sorted_ < 8 * threads_ ? small_count_ - sorted_ : 8 * threads_;
    const OrderPiece* pieces = small_ + sorted_;
    sorted_ += count;
    return ParallelFor(count, 1, threads_, nullptr, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) table.piece[pieces[i].kind](pieces[i]);
    });
  }

  const Run& run_;
  const int threads_;
  const int64_t small_size_;
  const int64_t capacity_;
  OrderSplit* const splits_;
  OrderPiece *const fresh_, *const small_;
  int64_t active_ = 0, small_count_ = 0, sorted_ = 0;
};

}  // namespace

bool SortsInSteps(const Run& run, int32_t op, int32_t dtype, int64_t n) {
  return n >= kOrderLong && (op == kOrder_sort || op == kOrder_argsort) &&
         run.kernels.order->begin[op == kOrder_argsort][dtype] != nullptr;
}

size_t StepsBytes(int64_t n) {
  return static_cast<size_t>(Capacity(n)) * (sizeof(OrderSplit) + 6 * sizeof(OrderPiece));
}

Status SortInSteps(const Run& run, int32_t op, int32_t dtype, int threads, const OrderLine& line, void* memory) {
  const OrderTable& table = *run.kernels.order;
  OrderLineState state;
  table.begin[op == kOrder_argsort][dtype](line, &state);
  NUMRS_TRY(LongSort(run, threads, line.n, memory).Execute(state.all));
  table.end[op == kOrder_argsort][dtype](line, state);
  return NUMRS_OK;
}

}  // namespace numrs
