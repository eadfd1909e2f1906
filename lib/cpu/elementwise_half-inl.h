// The loops of element-wise operations on 16-bit floats of backend "cpu": widened to float32, given to the functors of
// float32, rounded back. One body per functor and type: ends are copied to a block of their own.
//
// As in elementwise-inl.h: any alignment; y may be exactly one of the inputs; the bits of an element depend on its
// operands only.

#if defined(NUMRS_CPU_ELEMENTWISE_HALF_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_ELEMENTWISE_HALF_INL_H_
#undef NUMRS_CPU_ELEMENTWISE_HALF_INL_H_
#else
#define NUMRS_CPU_ELEMENTWISE_HALF_INL_H_
#endif

#include "cpu/half-inl.h"
#include "cpu/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

using DHalfLoop = hn::ScalableTag<float>;
using VHalfLoop = hn::Vec<DHalfLoop>;

// Where the operands of a block are; an operand that is one value has a block full of it and does not advance.
template <int kInputs>
struct HalfOperands {
  const uint16_t* at[kInputs];
  int64_t step[kInputs];
};

template <class H, bool kPack, class Fn, class... V>
HWY_INLINE HalfPair<VHalfLoop> PairOf(const Fn& fn, const HalfPair<V>&... x) {
  const DHalfLoop d;
  if constexpr (kPack) {  // a function that computes two vectors side by side
    const Pack<VHalfLoop, 2> both = fn(d, Pack<VHalfLoop, 2>{{x.a, x.b}}...);
    return {both.v[0], both.v[1]};
  } else {
    return {fn(d, x.a...), fn(d, x.b...)};
  }
}

// Results of the operands' type: blocks of twice as many elements as float32 has lanes.
template <class Fn, class H, int kInputs, bool kPack>
struct HalfSame {
  using Y = uint16_t;
  static int64_t Block() { return 2 * static_cast<int64_t>(hn::Lanes(DHalfLoop())); }

  static HWY_INLINE void One(const uint16_t* const* at, uint16_t* y) {
    const DHalfLoop d;
    const Fn fn;
    if constexpr (kInputs == 1)
      StorePair<H>(PairOf<H, kPack>(fn, LoadPair<H>(d, at[0])), d, y);
    else if constexpr (kInputs == 2)
      StorePair<H>(PairOf<H, kPack>(fn, LoadPair<H>(d, at[0]), LoadPair<H>(d, at[1])), d, y);
    else
      StorePair<H>(PairOf<H, kPack>(fn, LoadPair<H>(d, at[0]), LoadPair<H>(d, at[1]), LoadPair<H>(d, at[2])), d, y);
  }
  // ahead: as kAheadBytes of elementwise-inl.h, 0 where results stay in L1.
  static HWY_NOINLINE void Blocks(HalfOperands<kInputs> in, uint16_t* y, int64_t blocks, int64_t ahead) {
    const int64_t block = Block();
    for (int64_t i = 0; i < blocks; i++) {
      if (ahead != 0) __builtin_prefetch(reinterpret_cast<const char*>(y) + ahead, 1);
      One(in.at, y);
      for (int k = 0; k < kInputs; k++) in.at[k] += in.step[k];
      y += block;
    }
  }
};

// Bool results: blocks that make one vector of bytes.
template <class Fn, class H, int kInputs>
struct HalfBool {
  using Y = uint8_t;
  static int64_t Block() { return static_cast<int64_t>(hn::Lanes(hn::ScalableTag<uint8_t>())); }

  static HWY_NOINLINE void Blocks(HalfOperands<kInputs> in, uint8_t* y, int64_t blocks, int64_t) {
    const DHalfLoop d;
    const hn::ScalableTag<uint8_t> d8;
    const Fn fn;
    const int64_t block = Block(), lanes = static_cast<int64_t>(hn::Lanes(d));
    for (int64_t i = 0; i < blocks; i++) {
      hn::Mask<DHalfLoop> m[4];
      for (int k = 0; k < 4; k++) {
        if constexpr (kInputs == 1)
          m[k] = fn(d, LoadHalf<H>(d, in.at[0] + k * lanes));
        else
          m[k] = fn(d, LoadHalf<H>(d, in.at[0] + k * lanes), LoadHalf<H>(d, in.at[1] + k * lanes));
      }
      hn::StoreU(BytesOfMasks(d, m), d8, y);
      for (int k = 0; k < kInputs; k++) in.at[k] += in.step[k];
      y += block;
    }
  }
};

// Any n by a kernel of whole blocks.
template <class Kernel, int kInputs>
HWY_INLINE void RunHalf(const void* const* x, uint32_t scalars, void* results, int64_t n) {
  using Y = typename Kernel::Y;
  constexpr size_t kMost = HWY_MAX_BYTES;  // elements of a block
  const int64_t block = Kernel::Block();
  Y* const y = static_cast<Y*>(results);
  const hn::ScalableTag<uint16_t> d16;
  HWY_ALIGN uint16_t own[kInputs][kMost];
  HalfOperands<kInputs> in;
  for (int k = 0; k < kInputs; k++) {
    in.at[k] = static_cast<const uint16_t*>(x[k]);
    in.step[k] = block;
    if (!(scalars >> k & 1)) continue;
    uint16_t value;
    std::memcpy(&value, x[k], sizeof(value));
    for (size_t i = 0; i < static_cast<size_t>(block); i += hn::Lanes(d16))
      hn::Store(hn::Set(d16, value), d16, own[k] + i);
    in.at[k] = own[k];
    in.step[k] = 0;
  }
  HWY_ALIGN Y last[kMost];
  if (n < block) {
    if (n <= 0) return;
    for (int k = 0; k < kInputs; k++) {
      if (in.step[k] == 0) continue;
      for (int64_t i = 0; i < block; i += static_cast<int64_t>(hn::Lanes(d16)))
        hn::Store(LoadPart(d16, in.at[k] + i, n - i), d16, own[k] + i);
      in.at[k] = own[k];
    }
    Kernel::Blocks(in, last, 1, 0);
    const hn::Half<hn::ScalableTag<Y>> dy;  // parts of what was just stored, not more: they are still on their way
    for (int64_t i = 0; i < n; i += static_cast<int64_t>(hn::Lanes(dy)))
      StorePart(hn::Load(dy, last + i), dy, y + i, n - i);
    return;
  }
  // The last block overlaps the one before it: it is computed before anything is stored, so that in place works.
  const auto from = [&](int64_t element) {
    HalfOperands<kInputs> moved = in;
    for (int k = 0; k < kInputs; k++) moved.at[k] += in.step[k] == 0 ? 0 : element;
    return moved;
  };
  Kernel::Blocks(from(n - block), last, 1, 0);
  const size_t bytes = static_cast<size_t>(n) * sizeof(Y), past = reinterpret_cast<uintptr_t>(y) % HWY_MAX_BYTES;
  if (bytes >= 8192 && past != 0 && past % sizeof(Y) == 0) {  // so does the first one, so that stores are aligned
    HWY_ALIGN Y first[kMost];
    const int64_t head = static_cast<int64_t>((HWY_MAX_BYTES - past) / sizeof(Y));
    Kernel::Blocks(in, first, 1, 0);
    Kernel::Blocks(from(head), y + head, (n - head - 1) / block, bytes >= 16384 ? 512 : 0);
    std::memcpy(y, first, static_cast<size_t>(head) * sizeof(Y));
  } else {
    Kernel::Blocks(in, y, (n - 1) / block, bytes >= 16384 ? 512 : 0);
  }
  std::memcpy(reinterpret_cast<char*>(y) + bytes - static_cast<size_t>(block) * sizeof(Y), last,
              static_cast<size_t>(block) * sizeof(Y));
}

template <class Fn, class H, bool kBool, int kInputs, bool kPack>
using HalfKernel = std::conditional_t<kBool, HalfBool<Fn, H, kInputs>, HalfSame<Fn, H, kInputs, kPack>>;

template <class Fn, class H, bool kBool, bool kPack>
struct HalfMap {
  static void Run(const void* x, void* y, int64_t n) { RunHalf<HalfKernel<Fn, H, kBool, 1, kPack>, 1>(&x, 0, y, n); }
};
template <class Fn, class H, bool kBool, bool kPack>
struct HalfZip {
  static void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
    const void* const x[] = {a, b};
    RunHalf<HalfKernel<Fn, H, kBool, 2, kPack>, 2>(x, scalars, y, n);
  }
};
template <class Fn, class H, bool kBool, bool kPack>
struct HalfZip3 {
  static void Run(const void* a, const void* b, const void* c, void* y, int64_t n, uint32_t scalars) {
    const void* const x[] = {a, b, c};
    RunHalf<HalfKernel<Fn, H, false, 3, kPack>, 3>(x, scalars, y, n);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_ELEMENTWISE_HALF_INL_H_
