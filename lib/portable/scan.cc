// Scan kernels of cpu-portable: plain loops with the fixed order of numrs/reduce.h.
#include "ops/reduce_half.h"
#include "ops/reduce_complex.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

// Behind the offsets: planes of 8 bytes, of 16 for complex numbers.
template <typename S>
S* GroupsOf(void* carry, int64_t w) {
  return reinterpret_cast<S*>(static_cast<char*>(carry) + (sizeof(S) > 8 ? 16 : 8) * w);
}

// Inclusive scan of m values of one group by doubling.
template <class Op, typename S>
void ScanGroup(S* s, int64_t m) {
  for (int64_t distance = 1; distance < kScanGroup; distance *= 2) {
    for (int64_t i = m - 1; i >= distance; i--) s[i] = Op::template Of<S>(s[i - distance], s[i]);
  }
}

// Elements at(i) and results put(i, y) for i < n, a whole line from index `from` on.
template <class Acc, class At, class Put>
void Line(At at, Put put, int64_t from, int64_t n, typename Acc::State* offset, typename Acc::State* group) {
  using S = typename Acc::State;
  using Op = typename Acc::Op;
  S s[kScanGroup];
  for (int64_t i = 0; i < n; i += kScanGroup) {
    if ((from + i) % kReduceBlock == 0 && from + i != 0) {
      *offset = Op::template Of<S>(*offset, *group);
      *group = Acc::Identity();
    }
    const int64_t m = n - i < kScanGroup ? n - i : kScanGroup;
    for (int64_t j = 0; j < m; j++) s[j] = Acc::Take(at(i + j));
    ScanGroup<Op, S>(s, m);
    const S before = Op::template Of<S>(*offset, *group);
    for (int64_t j = 0; j < m; j++) put(i + j, Acc::Finish(Op::template Of<S>(before, s[j]), 1, 0));
    *group = Op::template Of<S>(*group, s[m - 1]);
  }
}

template <class Acc>
void Row(const void* x, void* y, int64_t n, void* carry) {
  using S = typename Acc::State;
  S* offset = static_cast<S*>(carry);
  for (int64_t begin = 0; begin < n; begin += kReduceBlock) {
    const int64_t m = n - begin < kReduceBlock ? n - begin : kReduceBlock;
    S group = Acc::Identity();
    Line<Acc>([&](int64_t i) { return Load<typename Acc::In>(x, begin + i); },
              [&](int64_t i, typename Acc::Out value) {
                if (y) Store(y, begin + i, value);
              },
              0, m, offset, &group);
    *offset = Acc::Op::template Of<S>(*offset, group);
  }
}

template <class Acc>
void Columns(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t w, int64_t from, int64_t n,
             void* carry) {
  using S = typename Acc::State;
  S* offset = static_cast<S*>(carry);
  S* group = GroupsOf<S>(carry, w);
  for (int64_t c = 0; c < w; c++) {
    const char* from_x = static_cast<const char*>(x);
    char* to_y = static_cast<char*>(y);
    Line<Acc>([&](int64_t i) { return Load<typename Acc::In>(from_x + i * x_stride, c); },
              [&](int64_t i, typename Acc::Out value) { Store(to_y + i * y_stride, c, value); }, from, n, offset + c,
              group + c);
  }
}

template <class Acc>
void Start(void* carry, int64_t w) {
  using S = typename Acc::State;
  S* offset = static_cast<S*>(carry);
  S* group = GroupsOf<S>(carry, w);
  for (int64_t c = 0; c < w; c++) offset[c] = group[c] = Acc::Identity();
}

template <class Acc>
void Merge(void* a, const void* b, int64_t w) {
  using S = typename Acc::State;
  for (int64_t c = 0; c < w; c++)
    static_cast<S*>(a)[c] = Acc::Op::template Of<S>(static_cast<S*>(a)[c], static_cast<const S*>(b)[c]);
}

template <class Acc>
void Initial(void* y) {
  Store<typename Acc::Out>(y, 0, ops::ScanInitial<Acc>());
}

template <template <typename> class Acc, DTypeSet kSet>
void FillOp(ScanTable& t, int32_t op) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr ((kSet & Bit(id)) != 0) {                              \
    t.row[op][id] = Row<ops::AccOf<Acc, cxx>>;                        \
    t.columns[op][id] = Columns<ops::AccOf<Acc, cxx>>;                \
    t.start[op][id] = Start<ops::AccOf<Acc, cxx>>;                    \
    t.merge[op][id] = Merge<ops::AccOf<Acc, cxx>>;                    \
    t.initial[op][id] = Initial<ops::AccOf<Acc, cxx>>;                \
  }
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}

}  // namespace

const ScanTable* Scan() {
  static const ScanTable table = [] {
    ScanTable t{};
#define NUMRS_SCAN(id, name, Acc, dtypes, result, cost) FillOp<ops::Acc, classes::dtypes.kernels>(t, id);
#include "table/scan.def"
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
