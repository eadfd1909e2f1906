// Conversion between element types, backend "cpu". The meaning of every pair is that of ops/cast.h.
#include "cpu/copy.h"
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/copy_cast.cc"
#include "hwy/foreach_target.h"

#include "cpu/elementwise-inl.h"
#include "cpu/half-inl.h"
#include "cpu/integer-inl.h"
#include "ops/cast.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

struct NonZero : Signless {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V x) const {
    return hn::Not(hn::Eq(x, hn::Zero(d)));
  }
};

template <typename T>
constexpr bool kIsInteger = std::is_integral<T>::value;

// Pairs without vector code: no instruction before AVX-512 (which the compiler then finds itself), or rounding that two
// steps would spoil.
template <typename From, typename To>
constexpr bool UsesPlainLoop() {
  if (kIsInteger<From> && sizeof(From) == 8 && !kIsInteger<To>) return !std::is_signed<From>::value || sizeof(To) == 4;
  if (!kIsInteger<From> && kIsInteger<To> && sizeof(To) == 8) return true;
  return false;
}

template <typename From, typename To>
void PlainCast(const void* x, void* y, int64_t n) {
  const char* in = static_cast<const char*>(x);
  char* out = static_cast<char*>(y);
  for (int64_t i = 0; i < n; i++) {
    From value;
    std::memcpy(&value, in + i * static_cast<int64_t>(sizeof(From)), sizeof(From));
    const To result = ops::Cast<To>(value);
    std::memcpy(out + i * static_cast<int64_t>(sizeof(To)), &result, sizeof(To));
  }
}

// Bytes of the widest lane on the way.
template <typename From, typename To>
constexpr size_t WidestLane() {
  const size_t ends = sizeof(From) > sizeof(To) ? sizeof(From) : sizeof(To);
  return std::is_same<From, uint32_t>::value && std::is_same<To, float>::value ? 8 : ends;
}

// ------------------------------------------------------------------------------------------------ one vector

// Sign- or zero-extended.
template <class DTo, class DFrom>
HWY_INLINE hn::Vec<DTo> Widen(DTo d, DFrom from, hn::Vec<DFrom> x) {
  using From = hn::TFromD<DFrom>;
  using To = hn::TFromD<DTo>;
  if constexpr (sizeof(To) == sizeof(From)) {
    return hn::BitCast(d, x);
  } else {
    using Next = std::conditional_t<std::is_signed<From>::value, int32_t, uint32_t>;
    using Last = std::conditional_t<std::is_signed<From>::value, std::make_signed_t<To>, std::make_unsigned_t<To>>;
    const hn::Rebind<Last, DTo> last;
    if constexpr (sizeof(To) == 8 && sizeof(From) < 4) {
      const hn::Rebind<Next, DFrom> next;
      return hn::BitCast(d, hn::PromoteTo(last, hn::PromoteTo(next, x)));
    } else {
      (void)from;
      return hn::BitCast(d, hn::PromoteTo(last, x));
    }
  }
}

template <class DTo, class V>
HWY_INLINE hn::Vec<DTo> Narrow(DTo d, V x) {
  using From = hn::TFromV<V>;
  using To = hn::TFromD<DTo>;
  const hn::Rebind<std::make_unsigned_t<To>, DTo> du;
  const hn::Rebind<std::make_unsigned_t<From>, DTo> from;
  if constexpr (sizeof(From) == sizeof(To))
    return hn::BitCast(d, x);
  else
    return hn::BitCast(d, hn::TruncateTo(du, hn::BitCast(from, x)));
}

template <class DTo, class DFrom>
HWY_INLINE hn::Vec<DTo> FloatFromInteger(DTo d, DFrom from, hn::Vec<DFrom> x) {
  using From = hn::TFromD<DFrom>;
  using To = hn::TFromD<DTo>;
  const hn::Rebind<double, DTo> df64;
  if constexpr (std::is_same<From, uint32_t>::value) {
    const hn::Rebind<uint64_t, DTo> du64;
    const auto wide = FloatOfUnsigned(df64, hn::PromoteTo(du64, x));
    if constexpr (sizeof(To) == 4)
      return hn::DemoteTo(d, wide);  // exact before: rounded once
    else
      return wide;
  } else if constexpr (sizeof(From) == 8) {
    return hn::ConvertTo(d, x);
  } else {
    const hn::Rebind<int32_t, DTo> di32;
    const auto i32 = Widen(di32, from, x);
    if constexpr (sizeof(To) == 4)
      return hn::ConvertTo(d, i32);
    else
      return hn::PromoteTo(d, i32);
  }
}

// Through int32 where every lane fits; numbers beyond are converted one at a time.
template <class DTo, class DFrom>
HWY_INLINE hn::Vec<DTo> IntegerFromFloat(DTo d, DFrom from, hn::Vec<DFrom> x) {
  using From = hn::TFromD<DFrom>;
  using To = hn::TFromD<DTo>;
  const auto inside = hn::And(hn::Ge(x, hn::Set(from, static_cast<From>(-2147483648.0))),
                              hn::Lt(x, hn::Set(from, static_cast<From>(2147483648.0))));
  if (HWY_UNLIKELY(!hn::AllTrue(from, inside))) {
    HWY_ALIGN From in[hn::MaxLanes(DFrom())];
    HWY_ALIGN To out[hn::MaxLanes(DTo())];
    hn::Store(x, from, in);
    for (size_t i = 0; i < hn::Lanes(from); i++) out[i] = ops::Cast<To>(in[i]);
    return hn::Load(d, out);
  }
  const hn::Rebind<int32_t, DFrom> di32;
  if constexpr (sizeof(From) == 4)
    return Narrow(d, hn::ConvertTo(di32, x));
  else
    return Narrow(d, hn::DemoteTo(di32, x));
}

template <class DTo, class DFrom>
HWY_INLINE hn::Vec<DTo> CastVector(DTo d, DFrom from, hn::Vec<DFrom> x) {
  using From = hn::TFromD<DFrom>;
  using To = hn::TFromD<DTo>;
  if constexpr (kIsInteger<From> && kIsInteger<To>) {
    if constexpr (sizeof(To) > sizeof(From))
      return Widen(d, from, x);
    else
      return Narrow(d, x);
  } else if constexpr (kIsInteger<From>) {
    return FloatFromInteger(d, from, x);
  } else if constexpr (kIsInteger<To>) {
    return IntegerFromFloat(d, from, x);
  } else if constexpr (sizeof(To) > sizeof(From)) {
    return hn::PromoteTo(d, x);
  } else {
    return hn::DemoteTo(d, x);
  }
}

// ------------------------------------------------------------------------------------------------ loops

// From bool: kTruth.
template <typename From, typename To, bool kTruth>
void CastLoop(const void* x, void* y, int64_t n) {
  const hn::ScalableTag<typename UnsignedOf<WidestLane<From, To>()>::type> widest;
  const hn::Rebind<From, decltype(widest)> from;
  const hn::Rebind<To, decltype(widest)> to;
  const From* in = static_cast<const From*>(x);
  To* out = static_cast<To*>(y);
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(widest));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    auto v = hn::LoadU(from, in + i);
    if constexpr (kTruth) v = hn::Min(v, hn::Set(from, 1));
    hn::StoreU(CastVector(to, from, v), to, out + i);
  }
  if (i < n) {
    auto v = LoadPart(from, in + i, n - i);
    if constexpr (kTruth) v = hn::Min(v, hn::Set(from, 1));
    StorePart(CastVector(to, from, v), to, out + i, n - i);
  }
}

template <typename T>
void SameBits(const void* x, void* y, int64_t n) {
  if (x != y) std::memcpy(y, x, static_cast<size_t>(n) * sizeof(T));
}

template <typename From, typename To>
constexpr UnaryFn CastOf() {
  using Lane = LaneOf<From>;
  constexpr bool kTruth = std::is_same<From, Bool>::value;
  if constexpr (std::is_same<From, To>::value) {
    return nullptr;
  } else if constexpr (std::is_same<To, Bool>::value) {
    return Map<NonZero, KernelType<NonZero, From>, true>::Run;
  } else if constexpr (!kTruth && kIsInteger<From> && kIsInteger<To> && sizeof(From) == sizeof(To)) {
    return SameBits<From>;
  } else if constexpr (UsesPlainLoop<Lane, To>()) {
    return PlainCast<From, To>;
  } else {
    // Narrow integers and everything that goes through int32 do not ask for the sign.
    using Out = typename std::conditional_t<kIsInteger<To>, UnsignedOf<sizeof(To)>, std::enable_if<true, To>>::type;
    constexpr bool kNarrows = kIsInteger<Lane> && kIsInteger<To> && sizeof(To) <= sizeof(Lane);
    using In = typename std::conditional_t<kNarrows, UnsignedOf<sizeof(Lane)>, std::enable_if<true, Lane>>::type;
    return CastLoop<In, Out, kTruth>;
  }
}

// ------------------------------------------------------------------------------------------------ 16-bit floats

// Neither zero.
struct NonZero16 {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V x) const {
    return hn::Not(hn::Eq(hn::And(x, hn::Set(d, 0x7FFF)), hn::Zero(d)));
  }
};

// One vector: by float32, or by float64 where float32 does not hold the elements.
template <typename From, typename To>
struct HalfStep {
  using Lane = LaneOf<From>;
  static constexpr bool kTo = ops::kIsHalf<To>, kFrom = ops::kIsHalf<From>;
  static constexpr bool kWide =
      std::is_same<From, double>::value || std::is_same<To, double>::value || (kIsInteger<Lane> && sizeof(Lane) == 4);
  using D = hn::ScalableTag<std::conditional_t<kWide, double, float>>;
  static int64_t Elements() { return static_cast<int64_t>(hn::Lanes(D())); }

  static HWY_INLINE void Run(const void* x, void* y) {
    const D d;
    const hn::Rebind<float, D> d32;
    if constexpr (kFrom) {
      const auto v = LoadHalf<From>(d32, static_cast<const uint16_t*>(x));
      if constexpr (kTo) {
        StoreHalf<To>(v, d32, static_cast<uint16_t*>(y));
      } else {
        using Out = typename std::conditional_t<kIsInteger<To>, UnsignedOf<sizeof(To)>, std::enable_if<true, To>>::type;
        const hn::Rebind<Out, D> to;
        if constexpr (std::is_same<To, float>::value)
          hn::StoreU(v, to, static_cast<Out*>(y));
        else
          hn::StoreU(CastVector(to, d32, v), to, static_cast<Out*>(y));
      }
    } else {
      const hn::Rebind<Lane, D> from;
      auto v = hn::LoadU(from, static_cast<const Lane*>(x));
      if constexpr (std::is_same<From, Bool>::value) v = hn::Min(v, hn::Set(from, 1));
      uint16_t* const out = static_cast<uint16_t*>(y);
      if constexpr (std::is_same<From, double>::value)
        hn::StoreU(NarrowHalfOf64<To>(d, v), hn::Rebind<uint16_t, D>(), out);
      else if constexpr (kWide)
        hn::StoreU(NarrowHalfOf64<To>(d, FloatFromInteger(d, from, v)), hn::Rebind<uint16_t, D>(), out);
      else if constexpr (std::is_same<From, float>::value)
        StoreHalf<To>(v, d, out);
      else
        StoreHalf<To>(FloatFromInteger(d, from, v), d, out);
    }
  }
};

template <typename From, typename To>
void HalfCast(const void* x, void* y, int64_t n) {
  using Step = HalfStep<From, To>;
  const From* in = static_cast<const From*>(x);
  To* out = static_cast<To*>(y);
  const int64_t lanes = Step::Elements();
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    for (int64_t k = 0; k < 4; k++) Step::Run(in + i + k * lanes, out + i + k * lanes);
  }
  for (; i + lanes <= n; i += lanes) Step::Run(in + i, out + i);
  if (i < n) {
    HWY_ALIGN unsigned char few[HWY_MAX_BYTES] = {}, results[HWY_MAX_BYTES];
    std::memcpy(few, reinterpret_cast<const char*>(in + i), static_cast<size_t>(n - i) * sizeof(From));
    Step::Run(few, results);
    std::memcpy(reinterpret_cast<char*>(out + i), results, static_cast<size_t>(n - i) * sizeof(To));
  }
}

// From or To is a 16-bit float.
template <typename From, typename To>
constexpr UnaryFn HalfCastOf() {
  if constexpr (std::is_same<From, To>::value)
    return nullptr;
  else if constexpr (std::is_same<To, Bool>::value)
    return Map<NonZero16, uint16_t, true>::Run;
  else if constexpr ((kIsInteger<From> && sizeof(From) == 8) || (kIsInteger<To> && sizeof(To) == 8))
    return PlainCast<From, To>;
  else
    return HalfCast<From, To>;
}

template <typename From>
void FillRowOfCasts(UnaryFn* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) row[id] = CastOf<From, cxx>();
#define NUMRS_HALF(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) row[id] = HalfCastOf<From, cxx>();
#include "table/dtype.def"
}
template <typename H>
void FillRowOfHalf(UnaryFn* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) row[id] = HalfCastOf<H, cxx>();
#define NUMRS_HALF NUMRS_DTYPE
#include "table/dtype.def"
}

void FillCasts(CopyTable* t) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) FillRowOfCasts<cxx>(t->cast[id]);
#define NUMRS_HALF(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) FillRowOfHalf<cxx>(t->cast[id]);
#include "table/dtype.def"
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(CopyTable, FillCasts)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
