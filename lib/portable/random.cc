// Random draws of backend cpu-portable: one number at a time, the meaning of ops/random-inl.h.
#include <cmath>
#include <cstring>
#include <limits>

#include "core/random_tables.h"
#include "ops/philox.h"
#include "ops/random_lane.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

#include "ops/random_math-inl.h"

#include "ops/random_counts-inl.h"

#include "ops/random-inl.h"

struct Fill {
  template <class Maker, bool kExp, typename T>
  static void Floats(const RandomDraw& draw, int64_t first, int64_t n, const Affine<T>& affine, T* y) {
    constexpr int64_t kGroup = 128 / sizeof(T);  // elements
    using UInt = typename ops::RandomLane<T>::UInt;
    const ops::RandomLane<T> o;
    for (int64_t begin = 0; begin < n; begin += kGroup) {
      uint64_t words[2 * kRandomGroup];
      GroupWords(draw, (first + begin) / kGroup, words);
      T numbers[kGroup];
      for (int64_t i = 0; i < kGroup / 2; i++) {
        UInt a, b;
        if constexpr (sizeof(T) == 8) {
          a = words[i];
          b = words[i + 8];
        } else {  // halves of words
          a = static_cast<UInt>(words[i / 2] >> (i % 2 * 32));
          b = static_cast<UInt>(words[i / 2 + 8] >> (i % 2 * 32));
        }
        T x[2];
        Maker::Make(o, a, b, &x[0], &x[1]);
        for (int64_t k = 0; k < 2; k++)
          numbers[i + k * kGroup / 2] = Finish<kExp>(o, x[k], affine.loc, affine.scale, affine.most);
      }
      std::memcpy(y + begin, numbers, static_cast<size_t>(n - begin < kGroup ? n - begin : kGroup) * sizeof(T));
    }
  }

  static void Words(const RandomDraw& draw, int64_t first, int64_t n, uint64_t* y) {
    for (int64_t i = 0; i < n; i++) y[i] = ops::Word64(draw, static_cast<uint64_t>(first + i), 0);
  }

  static void Blocks(const RandomDraw& draw, int64_t first, int64_t n, uint32_t attempt, uint64_t* low,
                     uint64_t* high) {
    for (int64_t i = 0; i < n; i++) {
      const ops::PhiloxBlock block = ops::BlockAt(draw, static_cast<uint64_t>(first + i), attempt);
      low[i] = block.low;
      high[i] = block.high;
    }
  }

  static void Bounded(const RandomDraw& draw, int64_t first, int64_t n, uint64_t range, uint32_t* y) {
    for (int64_t i = 0; i < n; i++) {
      const uint64_t place = static_cast<uint64_t>(first + i);
      y[i] = static_cast<uint32_t>(Bounded32(draw, place, ops::Word32(draw, place, 0), range));
    }
  }

  static void Gamma(const RandomDraw& draw, int64_t first, int64_t n, double shape, uint32_t attempt, double* y,
                    double* logs) {
    OwnElements<Fill>(draw, first, n, [&](int64_t i, OwnBlocks& own) {
      own.attempt = attempt;
      double log_factor;
      y[i] = logs ? GammaParts(own, shape, &log_factor) : GammaElement(own, shape);
      if (logs) logs[i] = log_factor;
    });
  }
};

}  // namespace

const RandomTable* Random() {
  static const RandomTable table = [] {
    RandomTable t{};
    FillRandomTable<Fill>(&t);
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
