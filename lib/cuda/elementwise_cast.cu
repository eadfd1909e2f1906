// Conversions between all pairs of dtypes, moves of elements of every size, and the rows of table/ternary.def.
#include "cuda/elementwise-inl.h"
#include "ops/cast.h"
#include "ops/ternary.h"

namespace numrs {
namespace cuda {
namespace {

template <typename From, typename To>
struct Cast {
  static constexpr int kInputs = 1;
  using In0 = From;
  using In1 = NoInput;
  using In2 = NoInput;
  using Out = To;
  static NUMRS_DEVICE To Of(const ElementArgs&, From x, NoInput, NoInput) { return ops::Cast<To>(x); }
};

template <typename From>
void FillCasts(ElementEntry* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr (!std::is_same<From, cxx>::value) row[id] = EntryOf<Cast<From, cxx>, true>();
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}

struct Casts {
  ElementEntry rows[kDTypes][kDTypes] = {};
  Casts() {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) FillCasts<cxx>(rows[id]);
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
    // Moves, by size.
    rows[kU8][kU8] = EntryOf<Cast<uint8_t, uint8_t>, false>();
    rows[kU16][kU16] = EntryOf<Cast<uint16_t, uint16_t>, false>();
    rows[kU32][kU32] = EntryOf<Cast<uint32_t, uint32_t>, false>();
    rows[kU64][kU64] = EntryOf<Cast<uint64_t, uint64_t>, false>();
    rows[kC128][kC128] = EntryOf<Cast<std::complex<double>, std::complex<double>>, false>();
  }
};

template <class Fn, typename A, typename T>
struct Ternary {
  static constexpr int kInputs = 3;
  using In0 = A;
  using In1 = T;
  using In2 = T;
  using Out = T;
  static NUMRS_DEVICE T Of(const ElementArgs&, A a, T b, T c) {
    return static_cast<T>(
        Fn()(static_cast<ops::ComputeOf<A>>(a), static_cast<ops::ComputeOf<T>>(b), static_cast<ops::ComputeOf<T>>(c)));
  }
};
template <class Fn, typename T>
using TernarySAME = Ternary<Fn, T, T>;
template <class Fn, typename T>
using TernaryBOOL = Ternary<Fn, Bool, T>;

template <template <class, typename> class Op, class Fn, DTypeSet kSet>
void FillTernary(ElementEntry* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr ((kSet & Bit(id)) != 0) row[id] = EntryOf<Op<Fn, cxx>, false>();
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}
struct Ternaries {
  ElementEntry rows[kTernaryOps][kDTypes] = {};
  Ternaries() {
#define NUMRS_TERNARY(id, name, Fn, dtypes, first, ulp32, ulp64, cost) \
  FillTernary<Ternary##first, ops::Fn, classes::dtypes.kernels>(rows[id]);
#include "table/ternary.def"
  }
};

}  // namespace

EntryTable CastEntries() {
  static const Casts table;
  return table.rows;
}
EntryTable TernaryEntries() {
  static const Ternaries table;
  return table.rows;
}

}  // namespace cuda
}  // namespace numrs
