// One element of the distributions that reject and try again: gamma, beta, Poisson, binomial, multinomial, each from a
// stream of blocks of its own; integers in a range; permutations. Included once per instruction set, inside its
// namespace, after ops/philox.h and ops/random_math-inl.h.

// The 64-bit words of group g in the order of the stream.
inline void GroupWords(const RandomDraw& draw, int64_t g, uint64_t* words) {
  for (int64_t b = 0; b < kRandomGroup; b++) {
    const ops::PhiloxBlock block = ops::BlockAt(draw, static_cast<uint64_t>(g * kRandomGroup + b), 0);
    words[b] = block.low;
    words[kRandomGroup + b] = block.high;
  }
}

// The blocks of one element: attempt 0 (given, as vectors compute it for many elements), 1, 2 …
struct OwnBlocks {
  const RandomDraw& draw;
  uint64_t index;
  ops::PhiloxBlock first;
  uint32_t attempt = 0;

  ops::PhiloxBlock Next() {
    const uint32_t t = attempt++;
    return t == 0 ? first : ops::BlockAt(draw, index, t);
  }
};
// Attempts after which the last one is taken: reached by parameters that change during a call only.
constexpr uint32_t kMostAttempts = 1u << 16;

using Double = ops::RandomLane<double>;
constexpr Double kDouble{};

inline double ScalarLog(double x) { return RandomLog(kDouble, x); }
inline double ScalarExp(double x) { return RandomExp(kDouble, x); }
// log(1 + x), -1 < x <= 1: the logarithm of the rounded sum, and what rounding took from it (Kahan).
inline double ScalarLog1p(double x) {
  const double sum = 1 + x;
  if (sum == 1) return x;
  return ScalarLog(sum) * (x / (sum - 1));
}

// --------------------------------------------------------------------------------------------- gamma, beta

// Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000), for shapes of 1 and more:
// d v is taken where the second uniform number allows it.
struct GammaShape {
  double d, c;
  explicit GammaShape(double shape) : d((shape < 1 ? shape + 1 : shape) - 1.0 / 3), c(1 / std::sqrt(9 * d)) {}
};
NUMRS_LANES typename O::M GammaTry(const O& o, typename O::F d, typename O::F c, typename O::U a, typename O::U b,
                                   typename O::U accept, typename O::F* v) {
  typename O::F z, unused;
  NormalPair(o, a, b, &z, &unused);
  const auto root = o.Add(o.Set(1), o.Mul(c, z));
  *v = o.Mul(o.Mul(root, root), root);
  const auto u = OpenUnit(o, accept);
  const auto square = o.Mul(z, z);
  const auto bound = o.Add(o.Mul(o.Set(0.5), square), o.Mul(d, o.Add(o.Sub(o.Set(1), *v), RandomLog(o, *v))));
  return o.And(o.Less(o.Set(0), root), o.Less(RandomLog(o, u), bound));
}

// A gamma number of shape + 1 where the shape is below 1, and what it is to be multiplied by then, as a logarithm.
// Takes attempts from own.attempt on.
inline double GammaParts(OwnBlocks& own, double shape, double* log_factor) {
  const GammaShape g(shape);
  const uint32_t last = own.attempt + kMostAttempts;
  double v = 1;
  for (;;) {
    const ops::PhiloxBlock normal = own.Next(), rest = own.Next();
    const bool taken = GammaTry(kDouble, g.d, g.c, normal.low, normal.high, rest.low, &v);
    if (!taken && own.attempt < last) continue;
    *log_factor = shape < 1 ? ScalarLog(OpenUnit(kDouble, rest.high)) / shape : 0;
    return g.d * v;
  }
}
inline double GammaElement(OwnBlocks& own, double shape) {
  if (!(shape > 0)) return 0;
  double log_factor;
  const double g = GammaParts(own, shape, &log_factor);
  return shape < 1 ? g * ScalarExp(log_factor) : g;
}
// Beta numbers come from two gamma numbers; the second one's attempts begin here.
constexpr uint32_t kSecondGamma = 4 * kMostAttempts;
inline double BetaOf(double x, double log_x, double y, double log_y) {
  return 1 / (1 + ScalarExp((ScalarLog(y) + log_y) - (ScalarLog(x) + log_x)));  // one of them may vanish
}
inline double BetaElement(OwnBlocks& own, double a, double b) {
  double log_x, log_y;
  const double x = GammaParts(own, a, &log_x);
  own.attempt = kSecondGamma;
  const double y = GammaParts(own, b, &log_y);
  return a >= 1 && b >= 1 ? x / (x + y) : BetaOf(x, log_x, y, log_y);
}

// --------------------------------------------------------------------------------------------- counts

// log n! - log(sqrt(2 pi n) (n / e)^n) (Loader, "Fast and accurate computation of binomial probabilities", 2000).
inline double StirlingError(double n) {
  static constexpr double kSmall[16] = {0,
                                        0.08106146679532726,
                                        0.0413406959554093,
                                        0.02767792568499834,
                                        0.020790672103765093,
                                        0.016644691189821193,
                                        0.013876128823070748,
                                        0.01189670994589177,
                                        0.010411265261972096,
                                        0.009255462182712733,
                                        0.00833056343336287,
                                        0.007573675487951841,
                                        0.00694284010720953,
                                        0.006408994188004207,
                                        0.0059513701127588475,
                                        0.005554733551962801};
  if (n < 16) return kSmall[static_cast<int>(n)];
  const double r = 1 / n, z = r * r;
  return r * (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188)))));
}
// x log(x / mean) + mean - x, without cancellation where both are near (Loader).
inline double Deviance(double x, double mean) {
  const double difference = x - mean;
  if (std::fabs(difference) < 0.1 * (x + mean)) {
    const double v = difference / (x + mean), z = v * v;
    // 2 x v (z / 3 + z^2 / 5 + …): the next term is less than 2^-60 of the first
    static constexpr double kOdd[8] = {1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17};
    return difference * v + 2 * x * v * (z * Polynomial(kDouble, z, kOdd));
  }
  return x * ScalarLog(x / mean) + mean - x;
}
constexpr double kLog2Pi = 1.8378770664093456;
inline double LogPoisson(double k, double lam) {
  if (k == 0) return -lam;
  return -StirlingError(k) - Deviance(k, lam) - 0.5 * (kLog2Pi + ScalarLog(k));
}
inline double LogBinomial(double k, double n, double p, double q) {
  if (k == 0) return n * ScalarLog1p(-p);
  if (k == n) return n * ScalarLog(p);
  return StirlingError(n) - StirlingError(k) - StirlingError(n - k) - Deviance(k, n * p) - Deviance(n - k, n * q) -
         0.5 * (kLog2Pi + (ScalarLog(k) + ScalarLog1p(-k / n)));
}

// Below these means: the inverse of the distribution function, term by term.
constexpr double kInverseBelow = 10;
constexpr int kInverseMost = 110;  // beyond it lies less than 2^-53

constexpr double kQuick = 0.07;

// Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance: Mathematics and
// Economics 12 (1993), algorithm PTRS; the exact test on Loader's probabilities.
struct PoissonConstants {
  double lam, b, a, inverse_alpha, vr, first;
  explicit PoissonConstants(double mean) : lam(mean) {
    b = 0.931 + 2.53 * std::sqrt(mean);
    a = -0.059 + 0.02483 * b;
    vr = 0.9277 - 3.6224 / (b - 2);
    const bool small = !(mean >= kInverseBelow);
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    first = small ? ScalarExp(-mean) : 0;
  }
};
// The candidate of PTRS and BTRS. It is taken at once, most often, where us >= kQuick and v <= vr.
inline double Trial(double a, double b, double middle, double u, double us) {
  return std::floor((2 * a / us + b) * u + middle);
}
inline double PoissonElement(OwnBlocks& own, const PoissonConstants& c) {
  if (!(c.lam >= kInverseBelow)) {
    const double u = Unit(kDouble, own.Next().low);
    double p = c.first, sum = p;
    int k = 0;
    for (; u >= sum && k < kInverseMost; sum += p) p *= c.lam / ++k;
    return k;
  }
  const uint32_t last = own.attempt + kMostAttempts;
  for (;;) {
    const ops::PhiloxBlock block = own.Next();
    const double u = Unit(kDouble, block.low) - 0.5, v = OpenUnit(kDouble, block.high), us = 0.5 - std::fabs(u);
    const double k = Trial(c.a, c.b, c.lam + 0.43, u, us);
    if (us >= kQuick && v <= c.vr) return k;
    if (own.attempt >= last) return c.lam;
    if (!(k >= 0 && k < 0x1p63) || (us < 0.013 && v > us)) continue;
    if (ScalarLog(v * c.inverse_alpha / (c.a / (us * us) + c.b)) <= LogPoisson(k, c.lam)) return k;
  }
}

// Hörmann, "The generation of binomial random variates", Journal of Statistical Computation and Simulation 46 (1993),
// algorithm BTRS; the exact test on Loader's probabilities.
struct BinomialConstants {
  double n, p, q, first, odds, b, a, vr, alpha, at_mode;
  bool flipped, inverse;
  BinomialConstants(double trials, double probability) : n(trials), flipped(probability > 0.5) {
    p = flipped ? 1 - probability : probability;
    q = 1 - p;
    inverse = !(n * p >= kInverseBelow);
    first = odds = b = a = vr = alpha = at_mode = 0;
    if (inverse) {
      first = p > 0 ? ScalarExp(n * ScalarLog1p(-p)) : 1;
      odds = p / q;
    } else {
      const double deviation = std::sqrt(n * p * q);
      b = 1.15 + 2.53 * deviation;
      a = -0.0873 + 0.0248 * b + 0.01 * p;
      vr = 0.92 - 4.2 / b;
      alpha = (2.83 + 5.1 / b) * deviation;
      at_mode = LogBinomial(std::floor((n + 1) * p), n, p, q);
    }
  }
};
inline double BinomialAccepted(OwnBlocks& own, const BinomialConstants& c) {
  const uint32_t last = own.attempt + kMostAttempts;
  for (;;) {
    const ops::PhiloxBlock block = own.Next();
    const double u = Unit(kDouble, block.low) - 0.5, v = OpenUnit(kDouble, block.high), us = 0.5 - std::fabs(u);
    const double k = Trial(c.a, c.b, c.n * c.p + 0.5, u, us);
    if (us >= kQuick && v <= c.vr) return k;
    if (own.attempt >= last) return std::floor(c.n * c.p);
    if (!(k >= 0 && k <= c.n)) continue;
    if (ScalarLog(v * c.alpha / (c.a / (us * us) + c.b)) <= LogBinomial(k, c.n, c.p, c.q) - c.at_mode) return k;
  }
}
inline double BinomialResult(double k, const BinomialConstants& c) {
  k = k < 0 ? 0 : k > c.n ? c.n : k;
  return c.flipped ? c.n - k : k;
}
inline double BinomialElement(OwnBlocks& own, const BinomialConstants& c) {
  if (!c.inverse) return BinomialResult(BinomialAccepted(own, c), c);
  const double u = Unit(kDouble, own.Next().low);
  double p = c.first, sum = p, k = 0;
  for (; u >= sum && k < kInverseMost && k < c.n; sum += p) {
    p *= (c.n - k) / (k + 1) * c.odds;
    k++;
  }
  return c.flipped ? c.n - k : k;
}

// Binomial numbers of what is left, class by class; the last class takes the rest.
inline void MultinomialElement(const RandomDraw& draw, int64_t index, int64_t trials, int64_t classes, const double* p,
                               int64_t* y) {
  const uint64_t place = static_cast<uint64_t>(index);
  OwnBlocks own{draw, place, ops::BlockAt(draw, place, 0)};
  double left = 1;
  for (int64_t j = 0; j < classes; j++) {
    int64_t count = trials;
    if (j + 1 < classes) {
      const double share = p[j] < left ? p[j] / left : 1;
      count = trials == 0
                  ? 0
                  : static_cast<int64_t>(BinomialElement(own, BinomialConstants(static_cast<double>(trials), share)));
      left -= p[j];
    }
    y[j] = count;
    trials -= count;
  }
}

// --------------------------------------------------------------------------------------------- integers, permutations

// 0 … range, each as likely as the others, from word i; words that would favour some are drawn again (Lemire, "Fast
// random integer generation in an interval", ACM TOMACS 29 (2019)). Ranges below 2^32 take words of 32 bits.
__attribute__((noinline)) uint64_t Redrawn32(const RandomDraw& draw, uint64_t i, uint64_t product, uint64_t count) {
  const uint32_t refused = static_cast<uint32_t>((uint64_t{1} << 32) % count);
  for (uint32_t t = 1; static_cast<uint32_t>(product) < refused && t != 0; t++)
    product = ops::Word32(draw, i, t) * count;
  return product >> 32;
}
inline uint64_t Bounded32(const RandomDraw& draw, uint64_t i, uint32_t word, uint64_t range) {
  const uint64_t count = range + 1, product = word * count;
  return static_cast<uint32_t>(product) < count ? Redrawn32(draw, i, product, count) : product >> 32;
}
__attribute__((noinline)) uint64_t Redrawn64(const RandomDraw& draw, uint64_t i, uint64_t word, uint64_t count) {
  if (count == 0) return word;  // all of them
  unsigned __int128 product = static_cast<unsigned __int128>(word) * count;
  const uint64_t refused = (0 - count) % count;
  for (uint32_t t = 1; static_cast<uint64_t>(product) < refused && t != 0; t++)
    product = static_cast<unsigned __int128>(ops::Word64(draw, i, t)) * count;
  return static_cast<uint64_t>(product >> 64);
}
inline uint64_t Bounded64(const RandomDraw& draw, uint64_t i, uint64_t word, uint64_t range) {
  const uint64_t count = range + 1;
  const unsigned __int128 product = static_cast<unsigned __int128>(word) * count;
  if (static_cast<uint64_t>(product) <= range) return Redrawn64(draw, i, word, count);
  return static_cast<uint64_t>(product >> 64);
}
inline uint64_t Bounded(const RandomDraw& draw, uint64_t i, uint64_t range) {
  if (range >> 32 == 0) return Bounded32(draw, i, ops::Word32(draw, i, 0), range);
  return Bounded64(draw, i, ops::Word64(draw, i, 0), range);
}

// Fisher and Yates, from the inside out: element i goes to a place 0 … i, and what was there to the end.
inline void Permutation(const RandomDraw& draw, int64_t begin, int64_t end, int64_t* y) {
  uint64_t words[2 * kRandomGroup];
  for (int64_t i = begin; i < end; i++) {
    const uint64_t place = static_cast<uint64_t>(i);
    uint64_t to;
    if (place >> 32 == 0) {
      if (i % 32 == 0) GroupWords(draw, i / 32, words);
      to = Bounded32(draw, place, static_cast<uint32_t>(words[i % 32 / 2] >> (i % 2 * 32)), place);
    } else {
      to = Bounded(draw, place, place);
    }
    y[i] = y[to];
    y[to] = i;
  }
}

// --------------------------------------------------------------------------------------------- seeds

// Philox takes in one word after the other, under the key that it has made so far, and the number of words in the end.
inline void KeyOfSeed(const uint64_t* words, int64_t n, uint64_t* key) {
  ops::PhiloxBlock state{0, 0};
  for (int64_t i = 0; i < n; i++) state = ops::Philox({words[i], state.high}, state.low);
  state = ops::Philox({static_cast<uint64_t>(n), state.high}, state.low);
  key[0] = state.low;
  key[1] = state.high;
}
