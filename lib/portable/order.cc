// Sorting and order statistics of cpu-portable: a merge sort and the standard library's selection under the line
// kernels of ops/order.h. The oracle of the tests.
#include <algorithm>

#include "core/order_tables.h"
#include "ops/order.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

namespace order = ops::order;

template <typename T>
struct Kit {
  static int64_t Missing(const T* x, int64_t n) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) count += order::IsNaN(x[i]);
    return count;
  }
  static int64_t Clean(const T* x, int64_t n, T* y) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
      if (!order::IsNaN(x[i])) y[count++] = x[i];
    }
    return count;
  }
  static void Distances(const T* x, int64_t n, T from, T* y) {
    for (int64_t i = 0; i < n; i++) y[i] = static_cast<T>(std::fabs(x[i] - from));
  }

  static void ThreeWays(T* y, int64_t* index, int64_t n, T pivot, T* room, int64_t* index_room, int64_t* less,
                        int64_t* equal) {
    order::ThreeWays(y, index, n, pivot, room, index_room, less, equal);
  }

  // Stable, from the bottom up; room for n elements.
  template <typename U, class Less>
  static void MergeSort(U* x, int64_t n, U* room, Less less) {
    constexpr int64_t kRun = 8;
    for (int64_t begin = 0; begin < n; begin += kRun) {
      const int64_t end = std::min(begin + kRun, n);
      for (int64_t i = begin + 1; i < end; i++) {
        const U value = x[i];
        int64_t j = i;
        for (; j > begin && less(value, x[j - 1]); j--) x[j] = x[j - 1];
        x[j] = value;
      }
    }
    U *from = x, *to = room;
    for (int64_t run = kRun; run < n; run *= 2) {
      for (int64_t begin = 0; begin < n; begin += 2 * run) {
        const int64_t middle = std::min(begin + run, n), end = std::min(middle + run, n);
        std::merge(from + begin, from + middle, from + middle, from + end, to + begin, less);
      }
      std::swap(from, to);
    }
    if (from != x) std::copy(from, from + n, x);
  }
  static void Sort(T* x, int64_t n, void* scratch) {
    MergeSort(x, n, static_cast<T*>(scratch), [](T a, T b) { return a < b; });
  }
  static void SortLine(const T* x, T* y, int64_t n, bool descending, void* scratch) {
    if (x != y) std::copy(x, x + n, y);
    MergeSort(y, n, static_cast<T*>(scratch), [descending](T a, T b) { return order::Before(a, b, descending); });
  }
  static void ArgSort(const T* x, int64_t n, int64_t* y, bool descending, void* scratch) {
    for (int64_t i = 0; i < n; i++) y[i] = i;
    MergeSort(y, n, static_cast<int64_t*>(scratch),
              [x, descending](int64_t a, int64_t b) { return order::Before(x[a], x[b], descending); });
  }
  static void Select(const T* x, int64_t n, const int64_t* ranks, int64_t m, T* values, void* scratch) {
    T* copy = static_cast<T*>(scratch);
    std::copy(x, x + n, copy);
    for (int64_t i = 0, begin = 0; i < m; i++) {
      std::nth_element(copy + begin, copy + ranks[i], copy + n);
      values[i] = copy[ranks[i]];
      begin = ranks[i] + 1;
    }
  }
};

template <typename T>
void Search(const void* x, const int64_t* sorter, int64_t n, const void* v, int64_t m, int64_t right, int64_t* places) {
  const T *sorted = static_cast<const T*>(x), *values = static_cast<const T*>(v);
  for (int64_t i = 0; i < m; i++) places[i] = order::PlaceIn(sorted, sorter, n, values[i], right != 0);
}

template <template <class, typename> class Fn, DTypeSet kSet>
void FillOp(OrderTable& t, int32_t op) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr ((kSet & Bit(id)) != 0) t.line[op][id] = Fn<Kit<order::ElementOf<cxx>>, order::ElementOf<cxx>>::Line;
#include "table/dtype.def"
}

}  // namespace

const OrderTable* Order() {
  static const OrderTable table = [] {
    OrderTable t{};
#define NUMRS_ORDER(id, name, Fn, dtypes, result, length, words, cost) \
  FillOp<order::Fn, classes::dtypes.kernels>(t, id);
#include "table/order.def"
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) t.search[id] = Search<order::ElementOf<cxx>>;
#include "table/dtype.def"
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
