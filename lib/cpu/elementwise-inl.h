// The loops of all element-wise operations of backend "cpu" and the filling of table rows. The operations are functors
// in elementwise_*.cc and math_*.cc: `template <class D, class V> V operator()(D d, V... v)`, returning a mask where
// the result is bool.
//
// Rules that the loops keep: any alignment; y may be exactly one of the inputs; the bits of an element depend on its
// operands only. The last elements go through the same vector code: the last whole vector overlaps the one before it
// (it is computed before anything is stored, so that in place works), and fewer elements than one vector are padded
// with zeros.

#if defined(NUMRS_CPU_ELEMENTWISE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_ELEMENTWISE_INL_H_
#undef NUMRS_CPU_ELEMENTWISE_INL_H_
#else
#define NUMRS_CPU_ELEMENTWISE_INL_H_
#endif

#include "cpu/elementwise.h"
#include "cpu/elementwise_half-inl.h"
#include "cpu/memory-inl.h"
#include "cpu/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

// ------------------------------------------------------------------------------------------------ what a functor says

// Base of a functor without a kernel here: its slots stay null and cpu-portable serves.
struct Missing {};
// Base of a functor whose bits do not depend on the sign of the integer type: both types share one kernel.
struct Signless {};
// Base of a functor that moves bits only: all types of a size share one kernel.
struct BitsOnly {};
// Base of a functor that looks at the other lane of a pair: an even and the odd one behind it.
struct Paired {};
// Base of a functor that fills the pipelines with one vector at a time, or with a pack of kVectors.
struct Heavy {
  template <typename T>
  static constexpr size_t kVectors = 1;
};
// The dtypes for which a functor has a kernel; specialised where they are fewer than its row's.
template <class Fn>
constexpr DTypeSet kHas = std::is_base_of<Missing, Fn>::value ? 0 : kEverySet;

// The functor that computes Fn on T; most are themselves. Bool is computed on bytes 0 and 1.
template <class Fn, typename T, class = void>
struct KernelFunctor {
  using type = Fn;
};

template <size_t kBytes>
struct UnsignedOf;
template <>
struct UnsignedOf<1> {
  using type = uint8_t;
};
template <>
struct UnsignedOf<2> {
  using type = uint16_t;
};
template <>
struct UnsignedOf<4> {
  using type = uint32_t;
};
template <>
struct UnsignedOf<8> {
  using type = uint64_t;
};

// The type on which it is computed.
template <class Fn, typename T>
using KernelType =
    typename std::conditional_t<!std::is_same<T, Bool>::value &&
                                    (std::is_base_of<BitsOnly, Fn>::value ||
                                     (std::is_base_of<Signless, Fn>::value && std::is_integral<T>::value)),
                                UnsignedOf<sizeof(T)>, std::enable_if<true, T>>::type;

// ------------------------------------------------------------------------------------------------ operands

// One vector full of a single value.
template <typename T>
struct Repeated {
  HWY_ALIGN LaneOf<T> lanes[HWY_MAX_BYTES / sizeof(T)];
};

// An array, or one value for all elements; both are loaded from memory, the value from a vector full of it, so that one
// loop serves arrays and values alike.
template <typename T>
class Operand {
 public:
  using Lane = LaneOf<T>;
  explicit Operand(const Repeated<T>& repeated) : at_(reinterpret_cast<const char*>(repeated.lanes)), element_(0) {}
  explicit Operand(const void* p) : at_(static_cast<const char*>(p)), element_(sizeof(T)) {}
  Operand(const void* p, bool scalar, Repeated<T>* repeated) : Operand(p) {
    if (!scalar) return;
    Lane value;
    std::memcpy(&value, p, sizeof(value));
    const hn::ScalableTag<Lane> d;
    hn::Store(hn::Set(d, value), d, repeated->lanes);
    at_ = reinterpret_cast<const char*>(repeated->lanes);
    element_ = 0;
  }
  // The vector, k vectors behind here.
  template <class D>
  HWY_INLINE hn::Vec<D> Load(D d, int64_t k = 0) const {
    return Clean(d,
                 hn::LoadU(d, reinterpret_cast<const Lane*>(at_ + k * static_cast<int64_t>(hn::Lanes(d)) * element_)));
  }
  template <class D>
  HWY_INLINE hn::Vec<D> LoadFew(D d, int64_t count) const {
    const Lane* p = reinterpret_cast<const Lane*>(at_);
    return Clean(d, element_ == 0 ? hn::LoadU(d, p) : LoadPart(d, p, count));
  }
  HWY_INLINE void Advance(int64_t elements) { at_ += elements * element_; }
  HWY_INLINE Operand From(int64_t element) const {
    Operand moved = *this;
    moved.Advance(element);
    return moved;
  }
  // Copies the next n elements.
  HWY_INLINE void CopyTo(Lane* to, int64_t n) const {
    if (element_ != 0)
      std::memcpy(to, at_, static_cast<size_t>(n) * sizeof(Lane));
    else
      for (int64_t i = 0; i < n; i++) std::memcpy(to + i, at_, sizeof(Lane));
  }

 private:
  // Any nonzero byte is true.
  template <class D>
  static HWY_INLINE hn::Vec<D> Clean(D d, hn::Vec<D> v) {
    if constexpr (std::is_same<T, Bool>::value)
      return hn::Min(v, hn::Set(d, 1));
    else
      return v;
  }
  const char* at_;
  int64_t element_;  // bytes to the next one: 0 for a single value
};

// The first elements of an operand and zeros behind them, as many as make one vector of bool bytes.
template <class Source>
class Padded {
 public:
  Padded(const Source& source, int64_t n) { source.CopyTo(lanes_, n); }
  template <class D>
  HWY_INLINE auto Load(D d, int64_t k) const {
    return Source(lanes_).Load(d, k);
  }

 private:
  HWY_ALIGN typename Source::Lane lanes_[HWY_MAX_BYTES] = {};
};

// Bool bytes that choose lanes of another type.
class Condition {
 public:
  Condition(const void* p, bool scalar, Repeated<uint8_t>* repeated) : bytes_(p, scalar, repeated) {}
  template <class D>
  HWY_INLINE hn::Mask<D> Load(D d, int64_t k = 0) const {
    return MaskOfBytes(d, bytes_.Load(hn::Rebind<uint8_t, D>(), k));
  }
  template <class D>
  HWY_INLINE hn::Mask<D> LoadFew(D d, int64_t count) const {
    return MaskOfBytes(d, bytes_.LoadFew(hn::Rebind<uint8_t, D>(), count));
  }
  HWY_INLINE void Advance(int64_t elements) { bytes_.Advance(elements); }
  HWY_INLINE Condition From(int64_t element) const {
    Condition moved = *this;
    moved.Advance(element);
    return moved;
  }

 private:
  Operand<uint8_t> bytes_;
};

// ------------------------------------------------------------------------------------------------ the loops

// Vectors of unknown length make no packs.
template <class Fn, typename T>
constexpr int64_t VectorsOf() {
  if constexpr (std::is_base_of<Heavy, Fn>::value && !HWY_HAVE_SCALABLE)
    return static_cast<int64_t>(Fn::template kVectors<T>);
  else
    return 1;
}
template <class V, size_t kN, class D, class Source>
HWY_INLINE Pack<V, kN> PackOf(D d, const Source& source) {
  Pack<V, kN> pack;
  for (size_t k = 0; k < kN; k++) pack.v[k] = source.Load(d, static_cast<int64_t>(k));
  return pack;
}

constexpr int64_t kPeelFrom = 16;  // vectors from which it pays to store to aligned addresses

// Results of this many bytes do not stay in L1. Then a store waits until its line has come from L2, which the hardware
// fetches ahead for loads only; asking for it kAheadBytes early takes 5 to 8 % off an addition in L2.
constexpr int64_t kAheadFrom = 16384, kAheadBytes = 512;

template <class Fn, bool kAhead, class D, typename T, class... Source>
HWY_INLINE void StoreFour(D d, T* y, const Source&... source) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const Fn fn;
  if constexpr (kAhead) {
    const char* ahead = reinterpret_cast<const char*>(y) + kAheadBytes;
    for (int64_t line = 0; line < 4 * lanes * static_cast<int64_t>(sizeof(T)); line += 64)
      __builtin_prefetch(ahead + line, 1);
  }
  const auto v0 = fn(d, source.Load(d)...);
  const auto v1 = fn(d, source.Load(d, 1)...);
  const auto v2 = fn(d, source.Load(d, 2)...);
  const auto v3 = fn(d, source.Load(d, 3)...);
  hn::StoreU(v0, d, y);
  hn::StoreU(v1, d, y + lanes);
  hn::StoreU(v2, d, y + 2 * lanes);
  hn::StoreU(v3, d, y + 3 * lanes);
}

// Results of the operands' type.
template <class Fn, typename T, class... Source>
HWY_INLINE void ApplySame(T* y, int64_t n, Source... source) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const Fn fn;
  if (n < lanes) {
    if (n > 0) StorePart(fn(d, source.LoadFew(d, n)...), d, y, n);
    return;
  }
  T* const first_y = y;
  T* const last_y = y + n - lanes;
  const auto last = fn(d, source.From(n - lanes).Load(d)...);
  auto first = last;
  bool peeled = false;
  if constexpr (!std::is_base_of<Heavy, Fn>::value) {
    if (n >= kPeelFrom * lanes) {
      const size_t vector_bytes = static_cast<size_t>(lanes) * sizeof(T);
      const size_t past = reinterpret_cast<uintptr_t>(y) % vector_bytes;
      constexpr size_t kWhole = sizeof(T) * (std::is_base_of<Paired, Fn>::value ? 2 : 1);
      peeled = past != 0 && past % kWhole == 0;
      if (peeled) {
        first = fn(d, source.Load(d)...);
        const int64_t head = static_cast<int64_t>((vector_bytes - past) / sizeof(T));
        y += head;
        (source.Advance(head), ...);
      }
    }
    if (n >= kAheadFrom / static_cast<int64_t>(sizeof(T))) {
      for (; y + 4 * lanes <= last_y; y += 4 * lanes) {
        StoreFour<Fn, true>(d, y, source...);
        (source.Advance(4 * lanes), ...);
      }
    }
    for (; y + 4 * lanes <= last_y; y += 4 * lanes) {
      StoreFour<Fn, false>(d, y, source...);
      (source.Advance(4 * lanes), ...);
    }
  }
  if constexpr (VectorsOf<Fn, T>() > 1) {
    constexpr int64_t kVectors = VectorsOf<Fn, T>();
    using V = hn::Vec<decltype(d)>;
    for (; y + kVectors * lanes <= last_y; y += kVectors * lanes) {
      const auto results = fn(d, PackOf<V, kVectors>(d, source)...);
      for (int64_t k = 0; k < kVectors; k++) hn::StoreU(results.v[k], d, y + k * lanes);
      (source.Advance(kVectors * lanes), ...);
    }
  }
  for (; y < last_y; y += lanes) {
    hn::StoreU(fn(d, source.Load(d)...), d, y);
    (source.Advance(lanes), ...);
  }
  if (peeled) hn::StoreU(first, d, first_y);
  hn::StoreU(last, d, last_y);
}

// sizeof(T) vectors make one vector of bool bytes.
template <class Fn, class D, class... Source>
HWY_INLINE hn::Vec<hn::ScalableTag<uint8_t>> BoolBytes(D d, const Source&... source) {
  using T = hn::TFromD<D>;
  const Fn fn;
  hn::Mask<D> m[sizeof(T)];
  for (size_t k = 0; k < sizeof(T); k++) m[k] = fn(d, source.Load(d, static_cast<int64_t>(k))...);
  return BytesOfMasks(d, m);
}
template <class Fn, typename T, class... Source>
HWY_INLINE void ApplyBool(uint8_t* y, int64_t n, Source... source) {
  const hn::ScalableTag<T> d;
  const hn::ScalableTag<uint8_t> d8;
  const int64_t block = static_cast<int64_t>(hn::Lanes(d8));
  if (n < block) {
    if (n <= 0) return;
    StorePart(BoolBytes<Fn>(d, Padded<Source>(source, n)...), d8, y, n);
    return;
  }
  uint8_t* const last_y = y + n - block;
  const auto last = BoolBytes<Fn>(d, source.From(n - block)...);
  for (; y < last_y; y += block) {
    hn::StoreU(BoolBytes<Fn>(d, source...), d8, y);
    (source.Advance(block), ...);
  }
  hn::StoreU(last, d8, last_y);
}

template <class Fn, typename T, bool kBool, class... Source>
HWY_INLINE void Apply(void* y, int64_t n, const Source&... source) {
  if constexpr (kBool)
    ApplyBool<Fn, LaneOf<T>>(static_cast<uint8_t*>(y), n, source...);
  else
    ApplySame<Fn, LaneOf<T>>(static_cast<LaneOf<T>*>(y), n, source...);
}

template <class Fn, typename T, bool kBool>
struct Map {
  static void Run(const void* x, void* y, int64_t n) { Apply<Fn, T, kBool>(y, n, Operand<T>(x)); }
};

template <class Fn, typename T, bool kBool>
struct Zip {
  static void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
    Repeated<T> ra, rb;
    Apply<Fn, T, kBool>(y, n, Operand<T>(a, scalars & 1, &ra), Operand<T>(b, scalars & 2, &rb));
  }
};

// kBool: the first operand is a condition.
template <class Fn, typename T, bool kBool>
struct Zip3 {
  static void Run(const void* a, const void* b, const void* c, void* y, int64_t n, uint32_t scalars) {
    using A = std::conditional_t<kBool, uint8_t, T>;
    Repeated<A> ra;
    Repeated<T> rb, rc;
    using First = std::conditional_t<kBool, Condition, Operand<A>>;
    Apply<Fn, T, false>(y, n, First(a, scalars & 1, &ra), Operand<T>(b, scalars & 2, &rb),
                        Operand<T>(c, scalars & 4, &rc));
  }
};

// ------------------------------------------------------------------------------------------------ 16-bit floats

// The functor that computes Fn on the bits of H; void: Fn itself computes on float32.
template <class Fn, class H>
struct BitsFunctor {
  using type = std::conditional_t<std::is_base_of<BitsOnly, Fn>::value, Fn, void>;
};
template <template <class, typename, bool> class Loop>
struct HalfLoopOf;
template <>
struct HalfLoopOf<Map> {
  template <class Fn, class H, bool kBool>
  using type = HalfMap<Fn, H, kBool, (VectorsOf<Fn, float>() > 1)>;
};
template <>
struct HalfLoopOf<Zip> {
  template <class Fn, class H, bool kBool>
  using type = HalfZip<Fn, H, kBool, (VectorsOf<Fn, float>() > 1)>;
};
template <>
struct HalfLoopOf<Zip3> {
  template <class Fn, class H, bool kBool>
  using type = HalfZip3<Fn, H, kBool, (VectorsOf<Fn, float>() > 1)>;
};
template <template <class, typename, bool> class Loop, class Fn, class H, bool kBool>
constexpr auto HalfRun() {
  using Bits = typename BitsFunctor<Fn, H>::type;
  if constexpr (!std::is_same<Bits, void>::value)
    return Loop<Bits, uint16_t, kBool>::Run;
  else
    return HalfLoopOf<Loop>::template type<Fn, H, kBool>::Run;
}

// ------------------------------------------------------------------------------------------------ filling rows

// A row that this file serves: for every dtype of the row's set that the functor has, the slot gets Loop<Fn, T>::Run.
template <bool kMine>
struct Row {
  template <template <class, typename, bool> class Loop, class Fn, bool kBool, DTypeSet kSet, class Slot>
  static void Fill(Slot* row) {
    constexpr DTypeSet kFilled = kSet & kHas<Fn>;
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy)                                             \
  if constexpr ((kFilled & Bit(id)) != 0)                                                                         \
    row[id] = Loop<typename KernelFunctor<Fn, cxx>::type, KernelType<typename KernelFunctor<Fn, cxx>::type, cxx>, \
                   kBool>::Run;
#define NUMRS_HALF(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr ((kFilled & Bit(id)) != 0)                            \
    row[id] = HalfRun<Loop, typename KernelFunctor<Fn, float>::type, cxx, kBool>();
#include "table/dtype.def"
  }
};
template <>
struct Row<false> {
  template <template <class, typename, bool> class Loop, class Fn, bool kBool, DTypeSet kSet, class Slot>
  static void Fill(Slot*) {}
};

// The functors; each is defined in the file that elementwise.h names.
#define NUMRS_UNARY(id, name, Fn, ...) struct Fn;
#define NUMRS_BINARY(id, name, Fn, ...) struct Fn;
#define NUMRS_TERNARY(id, name, Fn, ...) struct Fn;
#include "table/unary.def"
#include "table/binary.def"
#include "table/ternary.def"

template <cpu::Part kPart>
HWY_INLINE void FillPart(cpu::ElementwiseTables* t) {
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ...)                                           \
  Row<cpu::part_of::Fn == kPart>::template Fill<Map, Fn, ResultRule::result == ResultRule::BOOL, \
                                                classes::dtypes.kernels>(t->unary.fn[id]);
#include "table/unary.def"
#define NUMRS_BINARY(id, name, Fn, dtypes, result, ...)                                          \
  Row<cpu::part_of::Fn == kPart>::template Fill<Zip, Fn, ResultRule::result == ResultRule::BOOL, \
                                                classes::dtypes.kernels>(t->binary.fn[id]);
#include "table/binary.def"
#define NUMRS_TERNARY(id, name, Fn, dtypes, first, ...)                                          \
  Row<cpu::part_of::Fn == kPart>::template Fill<Zip3, Fn, ResultRule::first == ResultRule::BOOL, \
                                                classes::dtypes.kernels>(t->ternary.fn[id]);
#include "table/ternary.def"
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_ELEMENTWISE_INL_H_
