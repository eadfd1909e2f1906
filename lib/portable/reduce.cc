// Reduction kernels of cpu-portable: plain loops over the accumulators, every operation and dtype, with the fixed tree.
// The oracle of the tests.
#include "ops/reduce_half.h"
#include "ops/reduce_complex.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

// Blocks joined pairwise in index order, as a binary counter adds ones.
template <class Acc, class At>
typename Acc::State Blocks(At at, int64_t n) {
  using State = typename Acc::State;
  if (n <= kReduceBlock) return Acc::Block(at, n);
  State stack[56];
  int64_t counts[56];
  int top = 0;
  for (int64_t block = 0, begin = 0; begin < n; block++, begin += kReduceBlock) {
    int64_t m = n - begin < kReduceBlock ? n - begin : kReduceBlock;
    State state = Acc::Block([&](int64_t i) { return at(begin + i); }, m);
    for (int64_t carry = block; carry & 1; carry >>= 1) {
      top--;
      state = Acc::Merge(stack[top], counts[top], state, m);
      m += counts[top];
    }
    stack[top] = state;
    counts[top++] = m;
  }
  State state = stack[--top];
  int64_t count = counts[top];
  while (top > 0) {
    top--;
    state = Acc::Merge(stack[top], counts[top], state, count);
    count += counts[top];
  }
  return state;
}

template <class Acc>
void Rows(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
  for (int64_t r = 0; r < w; r++) {
    const char* row = static_cast<const char*>(x) + r * row_stride;
    Acc::Save(states, w, r, Blocks<Acc>([&](int64_t i) { return Load<typename Acc::In>(row, i); }, n));
  }
}

template <class Acc>
void Columns(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states, void*) {
  for (int64_t c = 0; c < w; c++) {
    const char* column = static_cast<const char*>(x) + c * static_cast<int64_t>(sizeof(typename Acc::In));
    Acc::Save(states, w, c,
              Blocks<Acc>([&](int64_t i) { return Load<typename Acc::In>(column + i * row_stride, 0); }, n));
  }
}

template <class Acc>
void Merge(void* a, const void* b, int64_t w, int64_t na, int64_t nb) {
  for (int64_t c = 0; c < w; c++) Acc::Save(a, w, c, Acc::Merge(Acc::Load(a, w, c), na, Acc::Load(b, w, c), nb));
}

template <class Acc>
void Finish(const void* states, int64_t w, int64_t n, double correction, void* y) {
  for (int64_t c = 0; c < w; c++) Store<typename Acc::Out>(y, c, Acc::Finish(Acc::Load(states, w, c), n, correction));
}

// Products of floats, exact for float32 and narrower ones.
template <typename T>
struct Product {
  T a, b;
};
template <typename T>
struct Dot : ops::OneWord<Dot<T>, ops::Plus, Product<T>, double, T> {
  static double Take(Product<T> x) { return static_cast<double>(x.a) * static_cast<double>(x.b); }
};

template <typename T>
void DotRows(const void* a, int64_t a_stride, const void* b, int64_t b_stride, int64_t w, int64_t n, void* states) {
  for (int64_t r = 0; r < w; r++) {
    const char *p = static_cast<const char*>(a) + r * a_stride, *q = static_cast<const char*>(b) + r * b_stride;
    using C = ops::ComputeOf<T>;
    Dot<C>::Save(states, w, r,
                 Blocks<Dot<C>>([&](int64_t i) { return Product<C>{Fetch<T>(p, i), Fetch<T>(q, i)}; }, n));
  }
}

template <template <typename> class Acc, DTypeSet kSet>
void FillOp(ReduceTable& t, int32_t op) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr ((kSet & Bit(id)) != 0) {                              \
    t.rows[op][id] = Rows<ops::AccOf<Acc, cxx>>;                      \
    t.columns[op][id] = Columns<ops::AccOf<Acc, cxx>>;                \
    t.merge[op][id] = Merge<ops::AccOf<Acc, cxx>>;                    \
    t.finish[op][id] = Finish<ops::AccOf<Acc, cxx>>;                  \
  }
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}

}  // namespace

const ReduceTable* Reduce() {
  static const ReduceTable table = [] {
    ReduceTable t{};
#define NUMRS_REDUCE(id, name, Acc, dtypes, result, bound32, bound64, cost) \
  FillOp<ops::Acc, classes::dtypes.kernels>(t, id);
#include "table/reduce.def"
    t.dot[kF16] = DotRows<Half>;
    t.dot[kBF16] = DotRows<BFloat16>;
    t.dot[kF32] = DotRows<float>;
    t.dot[kF64] = DotRows<double>;
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
