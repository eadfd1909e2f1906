// Losses of backend "cpu": the loops of ops/nn_loss-inl.h, compiled for each instruction set, and rows of exponentials.
#include "core/nn_loss_tables.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/nn_loss.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f32_exp-inl.h"
#include "cpu/math/f64_exp-inl.h"
#include "cpu/memory-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

#include "ops/nn_loss-inl.h"

// e^(x - most) of a row, and their sum: element i is added to lane i % kLanes in the row's own type, for
// kSteps elements of a lane at most; these sums go on in float64, lanes merged pairwise. One tree for every vector
// width. Lost: sums in float64 throughout (the conversions cost as much as the exponentials).
template <typename T>
struct SoftRow {
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;
  static constexpr int64_t kLanes = 64 / static_cast<int64_t>(sizeof(T)) * 4, kSteps = 16;

  static constexpr size_t kPack = HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3 ? (sizeof(T) == 4 ? 3 : 2) : 1;

  template <class X>
  static HWY_INLINE X Exp(D d, X x) {
    if constexpr (sizeof(T) == 4)
      return f32::Exp(d, x);
    else
      return f64::Exp(d, x);
  }
  static HWY_INLINE T Greatest(const T* x, int64_t n) {
    const D d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    int64_t i = 0;
    V most = hn::Set(d, -std::numeric_limits<T>::infinity());
    if (n >= 4 * lanes) {
      V a = most, b = most, c = most;
      for (; i + 4 * lanes <= n; i += 4 * lanes) {
        most = hn::Max(hn::LoadU(d, x + i), most);
        a = hn::Max(hn::LoadU(d, x + i + lanes), a);
        b = hn::Max(hn::LoadU(d, x + i + 2 * lanes), b);
        c = hn::Max(hn::LoadU(d, x + i + 3 * lanes), c);
      }
      most = hn::Max(hn::Max(most, a), hn::Max(b, c));
    }
    for (; i + lanes <= n; i += lanes) most = hn::Max(hn::LoadU(d, x + i), most);
    if (i < n) {
      const V part = LoadPart(d, x + i, n - i);
      most = hn::IfThenElse(hn::FirstN(d, static_cast<size_t>(n - i)), hn::Max(part, most), most);
    }
    return hn::GetLane(hn::MaxOfLanes(d, most));
  }
  static void Run(const void* from, int64_t n, void* to, double* most, double* sum) {
    const D d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    const T* x = static_cast<const T*>(from);
    T* e = static_cast<T*>(to);
    const T greatest = Greatest(x, n);
    const V shift = hn::Set(d, greatest);
    double total = 0;
    HWY_ALIGN T own[kLanes];
    for (int64_t begin = 0; begin < n; begin += kLanes * kSteps) {
      const int64_t end = n - begin < kLanes * kSteps ? n : begin + kLanes * kSteps;
      const int64_t used = end - begin < kLanes ? end - begin : kLanes;
      // Lane by lane of a vector: the sums of one are in a register. Exponentials are computed in packs
      // (cpu/pack-inl.h).
      double wide[kLanes];
      for (int64_t lane = 0; lane < used; lane += lanes) {
        V lane_sum = hn::Zero(d);
        int64_t i = begin + lane;
        if constexpr (kPack > 1) {
          for (; i + (kPack - 1) * kLanes + lanes <= end; i += kPack * kLanes) {
            Pack<V, kPack> y;
            for (size_t k = 0; k < kPack; k++)
              y.v[k] = hn::Sub(hn::LoadU(d, x + i + static_cast<int64_t>(k) * kLanes), shift);
            y = Exp(d, y);
            for (size_t k = 0; k < kPack; k++) {
              lane_sum = hn::Add(lane_sum, y.v[k]);
              if (e) hn::StoreU(y.v[k], d, e + i + static_cast<int64_t>(k) * kLanes);
            }
          }
        }
        for (; i < end; i += kLanes) {
          const int64_t rest = end - i;
          if (rest >= lanes) {
            const V y = Exp(d, hn::Sub(hn::LoadU(d, x + i), shift));
            lane_sum = hn::Add(lane_sum, y);
            if (e) hn::StoreU(y, d, e + i);
          } else {
            V y = Exp(d, hn::Sub(LoadPart(d, x + i, rest), shift));
            y = hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(rest)), y);
            lane_sum = hn::Add(lane_sum, y);
            if (e) StorePart(y, d, e + i, rest);
          }
        }
        hn::Store(lane_sum, d, own + lane);
      }
      int64_t width = kLanes;
      if (used < kLanes) {
        while (width / 2 >= used && width > 1) width /= 2;
        const int64_t filled = (used + lanes - 1) / lanes * lanes;
        for (int64_t l = filled; l < width; l++) own[l] = 0;
      }
      for (int64_t l = 0; l < width; l++) wide[l] = static_cast<double>(own[l]);
      for (int64_t half = width / 2; half > 0; half /= 2) {
        for (int64_t l = 0; l < half; l++) wide[l] += wide[l + half];
      }
      total += wide[0];
    }
    *most = static_cast<double>(greatest);
    *sum = total;
  }

  // Sum of a vector's lanes, in float64 and pairwise as above; what is not of the row is 0 and changes nothing.
  static HWY_INLINE double LaneSum(V v) {
    const D d;
    if constexpr (sizeof(T) == 4) {
      const hn::Half<D> half;
      const hn::Repartition<double, D> wide;
      return LaneSum64(
          wide, hn::Add(hn::PromoteTo(wide, hn::LowerHalf(half, v)), hn::PromoteTo(wide, hn::UpperHalf(half, v))));
    } else {
      return LaneSum64(d, v);
    }
  }
  template <class DW>
  static HWY_INLINE double LaneSum64(DW d, hn::Vec<DW> v) {
    constexpr size_t kMost = hn::MaxLanes(DW());
    if constexpr (kMost > 1) {
      const hn::Half<DW> half;
      return LaneSum64(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
    } else {
      return hn::GetLane(v);
    }
    (void)d;
  }
  static void Label(const void* from, int64_t n, int64_t label, double factor, void* to, double* most, double* sum) {
    const D d;
    const T* x = static_cast<const T*>(from);
    if (n > static_cast<int64_t>(hn::Lanes(d))) {
      Run(from, n, to, most, sum);
      if (to) LabelGradient<T>(to, n, label, factor, *sum);
      return;
    }
    // One vector: few classes.
    const auto row = hn::FirstN(d, static_cast<size_t>(n));
    const V v = LoadPart(d, x, n);
    const V greatest = hn::MaxOfLanes(d, hn::IfThenElse(row, v, hn::Set(d, -std::numeric_limits<T>::infinity())));
    const V e = hn::IfThenElseZero(row, Exp(d, hn::Sub(v, greatest)));
    const double total = LaneSum(e);
    *most = static_cast<double>(hn::GetLane(greatest));
    *sum = total;
    if (!to) return;
    const hn::RebindToSigned<D> di;
    const auto at =
        hn::RebindMask(d, hn::Eq(hn::Iota(di, 0), hn::Set(di, static_cast<hn::TFromD<decltype(di)>>(label))));
    const V g = hn::Mul(e, hn::Set(d, static_cast<T>(factor / total)));
    StorePart(hn::Sub(g, hn::IfThenElseZero(at, hn::Set(d, static_cast<T>(factor)))), d, static_cast<T*>(to), n);
  }
};

}  // namespace

void FillLoss(LossTable* t) {
#define NUMRS_LOSS(id, name, Kernel, ahead, third, cost) NUMRS_FILL_LOSS(t, id, Kernel, ahead, third)
#include "table/loss.def"
  FillTools(t);
  t->soft_row[kF32] = SoftRow<float>::Run;
  t->soft_row[kF64] = SoftRow<double>::Run;
  t->label_row[kF32] = SoftRow<float>::Label;
  t->label_row[kF64] = SoftRow<double>::Label;
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
namespace {
NUMRS_EXPORT_PART(LossTable, FillLoss)

template <int64_t kTarget>
const LossTable* Table() {
  static const LossTable table = [] {
    LossTable t{};
    FillLoss(kTarget, &t);
    for (const int32_t dtype : {kF32, kF64}) {
      t.exp[dtype] = Unary(kTarget)->fn[kUnary_exp][dtype];
      t.log[dtype] = Unary(kTarget)->fn[kUnary_log][dtype];
      t.log1p[dtype] = Unary(kTarget)->fn[kUnary_log1p][dtype];
    }
    return t;
  }();
  return &table;
}
}  // namespace

const LossTable* Loss(int64_t target) {
#if HWY_ARCH_X86
  return target == HWY_AVX3 ? Table<HWY_AVX3>() : target == HWY_AVX2 ? Table<HWY_AVX2>() : Table<HWY_SSE4>();
#else
  (void)target;
  return Table<HWY_STATIC_TARGET>();
#endif
}

}  // namespace cpu
}  // namespace numrs
#endif
