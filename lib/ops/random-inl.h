// The kernels of random draws, over a backend's own way to fill memory with words, blocks and vectors of numbers.
// Included once per instruction set, inside its namespace, after ops/random_counts-inl.h. Fill is a class:
//   template <class Maker, bool kExp, typename T> static void Floats(draw, first, n, Affine<T>, T* y)
//   static void Words(draw, first, n, uint64_t* y), Blocks(draw, first, n, low, high)
//   static void Bounded(draw, first, n, range, uint32_t* y), for ranges below 2^32
//   static void Gamma(draw, first, n, shape, attempt, double* y, double* logs): attempts from `attempt` on, which is
//   even;
//     with logs, the two parts of GammaParts (logs of shapes below 1 only)
// Elements are numbered from the beginning of the draw.

// y = loc + scale x, and not above `most`.
template <typename T>
struct Affine {
  T loc, scale, most;
};

// Makers of two vectors of numbers from the two vectors of words at the same place of a group.
struct UniformMaker {
  NUMRS_LANES static void Make(const O& o, typename O::U a, typename O::U b, typename O::F* x, typename O::F* y) {
    *x = Unit(o, a);
    *y = Unit(o, b);
  }
};
struct NormalMaker {
  NUMRS_LANES static void Make(const O& o, typename O::U a, typename O::U b, typename O::F* x, typename O::F* y) {
    NormalPair(o, a, b, x, y);
  }
};
struct ExponentialMaker {
  NUMRS_LANES static typename O::F One(const O& o, typename O::U a) {
    return o.Sub(o.Set(0), RandomLog(o, OpenUnit(o, a)));
  }
  NUMRS_LANES static void Make(const O& o, typename O::U a, typename O::U b, typename O::F* x, typename O::F* y) {
    *x = One(o, a);
    *y = One(o, b);
  }
};
struct LaplaceMaker {  // an exponential number with a sign from the lowest bit
  NUMRS_LANES static typename O::F One(const O& o, typename O::U a) {
    constexpr int kTop = static_cast<int>(sizeof(typename O::T)) * 8 - 1;
    return o.FromBits(o.XorU(o.Bits(ExponentialMaker::One(o, a)), o.template Shl<kTop>(a)));
  }
  NUMRS_LANES static void Make(const O& o, typename O::U a, typename O::U b, typename O::F* x, typename O::F* y) {
    *x = One(o, a);
    *y = One(o, b);
  }
};
struct CauchyMaker {  // the tangent of an angle
  NUMRS_LANES static typename O::F One(const O& o, typename O::U a) {
    typename O::F sin, cos;
    RandomSinCos(o, a, &sin, &cos);
    return o.Div(o.IfTopBit(a, cos, sin), o.IfTopBit(a, sin, cos));
  }
  NUMRS_LANES static void Make(const O& o, typename O::U a, typename O::U b, typename O::F* x, typename O::F* y) {
    *x = One(o, a);
    *y = One(o, b);
  }
};

// What becomes of standard numbers.
template <bool kExp, class O>
__attribute__((always_inline)) inline typename O::F Finish(const O& o, typename O::F x, typename O::F loc,
                                                           typename O::F scale, typename O::F most) {
  const auto y = o.Min(o.Add(loc, o.Mul(scale, x)), most);
  if constexpr (kExp)
    return RandomExp(o, y);
  else
    return y;
}

constexpr int64_t kRandomPiece = 128;  // elements on the stack at a time; whole groups

// Pieces of [0, n): body(begin, count).
template <class Body>
inline void Pieces(int64_t n, const Body& body) {
  for (int64_t begin = 0; begin < n; begin += kRandomPiece) {
    const int64_t left = n - begin;
    body(begin, left < kRandomPiece ? left : kRandomPiece);
  }
}

template <typename T>
T Below(T x) {  // the next number below a finite one
  const ops::RandomLane<T> o;
  using UInt = typename ops::RandomLane<T>::UInt;
  if (x == 0) return o.FromBits(static_cast<UInt>(UInt{1} << (sizeof(T) * 8 - 1) | 1));
  return o.FromBits(x > 0 ? o.Bits(x) - 1 : o.Bits(x) + 1);
}
template <RandomOp kOp, typename T>
Affine<T> AffineOf(double a, double b) {
  const T first = static_cast<T>(a), second = static_cast<T>(b);
  const T infinity = std::numeric_limits<T>::infinity();
  if (kOp == kRandom_uniform) return {first, second - first, first < second ? Below(second) : second};
  if (kOp == kRandom_exponential) return {0, first, infinity};
  return {first, second, infinity};
}

template <class Fill, RandomOp kOp, class Maker, typename T>
void Floats(const RandomDraw& draw, int64_t first, int64_t n, const RandomParameters& p, void* out) {
  constexpr bool kExp = kOp == kRandom_lognormal;
  T* y = static_cast<T*>(out);
  if (!p.array[0] && !p.array[1]) {
    Fill::template Floats<Maker, kExp>(draw, first, n, AffineOf<kOp, T>(p.value[0], p.value[1]), y);
    return;
  }
  const ops::RandomLane<T> o;
  Pieces(n, [&](int64_t begin, int64_t count) {
    T standard[kRandomPiece];
    Fill::template Floats<Maker, false>(draw, first + begin, count, Affine<T>{0, 1, std::numeric_limits<T>::infinity()},
                                        standard);
    for (int64_t i = 0; i < count; i++) {
      const Affine<T> affine = AffineOf<kOp, T>(p.array[0] ? p.array[0][begin + i] : p.value[0],
                                                p.array[1] ? p.array[1][begin + i] : p.value[1]);
      const T value = Finish<kExp>(o, standard[i], affine.loc, affine.scale, affine.most);
      std::memcpy(y + begin + i, &value, sizeof(T));
    }
  });
}

template <class Fill, typename T>
void BitsKernel(const RandomDraw& draw, int64_t first, int64_t n, const RandomParameters&, void* out) {
  constexpr int64_t kPerWord = 8 / static_cast<int64_t>(sizeof(T));
  char* y = static_cast<char*>(out);
  Pieces(n, [&](int64_t begin, int64_t count) {
    uint64_t words[kRandomPiece];
    Fill::Words(draw, (first + begin) / kPerWord, (count + kPerWord - 1) / kPerWord, words);
    T elements[kRandomPiece];
    for (int64_t i = 0; i < count; i++)
      elements[i] = static_cast<T>(words[i / kPerWord] >> (i % kPerWord * 8 * static_cast<int64_t>(sizeof(T)) % 64));
    std::memcpy(y + begin * static_cast<int64_t>(sizeof(T)), elements, static_cast<size_t>(count) * sizeof(T));
  });
}

template <class Fill, typename T>
void Integers(const RandomDraw& draw, int64_t first, int64_t n, const RandomParameters& p, void* out) {
  T* y = static_cast<T*>(out);
  const auto store = [y](int64_t i, uint64_t value) {
    const T element = static_cast<T>(value);
    std::memcpy(y + i, &element, sizeof(T));
  };
  if (p.lows) {
    for (int64_t i = 0; i < n; i++) store(i, p.lows[i] + Bounded(draw, static_cast<uint64_t>(first + i), p.ranges[i]));
    return;
  }
  Pieces(n, [&](int64_t begin, int64_t count) {
    if (p.range >> 32 == 0) {
      uint32_t numbers[kRandomPiece];
      Fill::Bounded(draw, first + begin, count, p.range, numbers);
      for (int64_t i = 0; i < count; i++) store(begin + i, p.low + numbers[i]);
    } else {
      uint64_t words[kRandomPiece];
      Fill::Words(draw, first + begin, count, words);
      for (int64_t i = 0; i < count; i++)
        store(begin + i, p.low + Bounded64(draw, static_cast<uint64_t>(first + begin + i), words[i], p.range));
    }
  });
}

template <class Fill>
void Bernoulli(const RandomDraw& draw, int64_t first, int64_t n, const RandomParameters& p, void* out) {
  uint8_t* y = static_cast<uint8_t*>(out);
  Pieces(n, [&](int64_t begin, int64_t count) {
    double u[kRandomPiece];
    Fill::template Floats<UniformMaker, false>(draw, first + begin, count, Affine<double>{0, 1, 2}, u);
    if (p.array[0]) {
      for (int64_t i = 0; i < count; i++) y[begin + i] = u[i] < p.array[0][begin + i];
    } else {
      for (int64_t i = 0; i < count; i++) y[begin + i] = u[i] < p.value[0];
    }
  });
}

inline void StoreCount(void* y, int64_t i, double value) {
  const int64_t count = value < 0x1p63 ? static_cast<int64_t>(value) : INT64_MAX;
  std::memcpy(static_cast<char*>(y) + 8 * i, &count, 8);
}

template <class Fill>
void Geometric(const RandomDraw& draw, int64_t first, int64_t n, const RandomParameters& p, void* y) {
  double rate = p.array[0] ? 0 : -ScalarLog1p(-p.value[0]);
  Pieces(n, [&](int64_t begin, int64_t count) {
    double x[kRandomPiece];
    Fill::template Floats<ExponentialMaker, false>(draw, first + begin, count,
                                                   Affine<double>{0, 1, std::numeric_limits<double>::infinity()}, x);
    for (int64_t i = 0; i < count; i++) {
      const double chance = p.array[0] ? p.array[0][begin + i] : p.value[0];
      if (p.array[0]) rate = -ScalarLog1p(-chance);
      StoreCount(y, begin + i, chance >= 1 ? 1 : 1 + std::floor(x[i] / rate));
    }
  });
}

// Elements with blocks of their own: body(i, own).
template <class Fill, class Body>
void OwnElements(const RandomDraw& draw, int64_t first, int64_t n, const Body& body) {
  Pieces(n, [&](int64_t begin, int64_t count) {
    uint64_t low[kRandomPiece], high[kRandomPiece];
    Fill::Blocks(draw, first + begin, count, 0, low, high);
    for (int64_t i = 0; i < count; i++) {
      OwnBlocks own{draw, static_cast<uint64_t>(first + begin + i), {low[i], high[i]}};
      body(begin + i, own);
    }
  });
}

template <class Fill, typename T>
void Gamma(const RandomDraw& draw, int64_t first, int64_t n, const RandomParameters& p, void* out) {
  T* y = static_cast<T*>(out);
  const auto store = [&](int64_t i, double standard) {
    const T value = static_cast<T>(standard * (p.array[1] ? p.array[1][i] : p.value[1]));
    std::memcpy(y + i, &value, sizeof(T));
  };
  if (p.array[0]) {
    OwnElements<Fill>(draw, first, n, [&](int64_t i, OwnBlocks& own) { store(i, GammaElement(own, p.array[0][i])); });
    return;
  }
  Pieces(n, [&](int64_t begin, int64_t count) {
    double standard[kRandomPiece];
    Fill::Gamma(draw, first + begin, count, p.value[0], 0, standard, nullptr);
    for (int64_t i = 0; i < count; i++) store(begin + i, standard[i]);
  });
}

template <class Fill, typename T>
void Beta(const RandomDraw& draw, int64_t first, int64_t n, const RandomParameters& p, void* out) {
  T* y = static_cast<T*>(out);
  const auto store = [y](int64_t i, double number) {
    const T value = static_cast<T>(number);
    std::memcpy(y + i, &value, sizeof(T));
  };
  if (p.array[0] || p.array[1]) {
    OwnElements<Fill>(draw, first, n, [&](int64_t i, OwnBlocks& own) {
      store(i, BetaElement(own, p.array[0] ? p.array[0][i] : p.value[0], p.array[1] ? p.array[1][i] : p.value[1]));
    });
    return;
  }
  const double a = p.value[0], b = p.value[1];
  Pieces(n, [&](int64_t begin, int64_t count) {
    double x[2][kRandomPiece], logs[2][kRandomPiece] = {};
    Fill::Gamma(draw, first + begin, count, a, 0, x[0], logs[0]);
    Fill::Gamma(draw, first + begin, count, b, kSecondGamma, x[1], logs[1]);
    if (a >= 1 && b >= 1) {
      for (int64_t i = 0; i < count; i++) store(begin + i, x[0][i] / (x[0][i] + x[1][i]));
    } else {
      for (int64_t i = 0; i < count; i++) store(begin + i, BetaOf(x[0][i], logs[0][i], x[1][i], logs[1][i]));
    }
  });
}

// Sums of probabilities from 0 on, as far as they are needed: sum[k] = P(X <= k), term by term as the elements alone.
struct InverseTable {
  double sum[kInverseMost], last;
  int known = 1, most;
  InverseTable(double first, double limit)
      : sum{first}, last(first), most(limit < kInverseMost ? static_cast<int>(limit) : kInverseMost) {}
  // y[i] = how many sums are at most u[i]; next(k, p): the probability of k + 1 from that of k
  template <class Next>
  void Counts(const double* u, int64_t n, const Next& next, double* y) {
    double greatest = 0;
    for (int64_t i = 0; i < n; i++) greatest = u[i] > greatest ? u[i] : greatest;
    for (; known < most && sum[known - 1] <= greatest; known++) {
      last = next(known - 1, last);
      sum[known] = sum[known - 1] + last;
    }
    for (int64_t i = 0; i < n; i++) y[i] = 0;
    for (int k = 0; k < known && k < most; k++) {
      const double bound = sum[k];
      for (int64_t i = 0; i < n; i++) y[i] += u[i] >= bound ? 1.0 : 0.0;
    }
  }
};

// The first attempts of PTRS or BTRS for many elements; those that are not taken at once go on alone: alone(i, own).
template <class Fill, class Alone>
void Candidates(const RandomDraw& draw, int64_t first, int64_t n, double a, double b, double middle, double vr,
                const Alone& alone, double* y) {
  uint64_t low[kRandomPiece], high[kRandomPiece];
  bool taken[kRandomPiece];
  Fill::Blocks(draw, first, n, 0, low, high);
  for (int64_t i = 0; i < n; i++) {
    const double u = Unit(kDouble, low[i]) - 0.5, v = OpenUnit(kDouble, high[i]), us = 0.5 - std::fabs(u);
    y[i] = Trial(a, b, middle, u, us);
    taken[i] = static_cast<int>(us >= kQuick) & static_cast<int>(v <= vr);
  }
  for (int64_t i = 0; i < n; i++) {
    if (taken[i]) continue;
    OwnBlocks own{draw, static_cast<uint64_t>(first + i), {low[i], high[i]}};
    y[i] = alone(own);
  }
}
template <class Fill>
void FirstUnits(const RandomDraw& draw, int64_t first, int64_t n, double* u) {
  uint64_t low[kRandomPiece], high[kRandomPiece];
  Fill::Blocks(draw, first, n, 0, low, high);
  for (int64_t i = 0; i < n; i++) u[i] = Unit(kDouble, low[i]);
}

template <class Fill>
void Poisson(const RandomDraw& draw, int64_t first, int64_t n, const RandomParameters& p, void* y) {
  if (p.array[0]) {
    OwnElements<Fill>(draw, first, n, [&](int64_t i, OwnBlocks& own) {
      StoreCount(y, i, PoissonElement(own, PoissonConstants(p.array[0][i])));
    });
    return;
  }
  const PoissonConstants c(p.value[0]);
  InverseTable table(c.first, kInverseMost);
  Pieces(n, [&](int64_t begin, int64_t count) {
    double k[kRandomPiece];
    if (c.lam >= kInverseBelow) {
      Candidates<Fill>(
          draw, first + begin, count, c.a, c.b, c.lam + 0.43, c.vr,
          [&](OwnBlocks& own) { return PoissonElement(own, c); }, k);
    } else {
      double u[kRandomPiece];
      FirstUnits<Fill>(draw, first + begin, count, u);
      table.Counts(u, count, [&](int i, double last) { return last * (c.lam / (i + 1)); }, k);
    }
    for (int64_t i = 0; i < count; i++) StoreCount(y, begin + i, k[i]);
  });
}

template <class Fill>
void Binomial(const RandomDraw& draw, int64_t first, int64_t n, const RandomParameters& p, void* y) {
  if (p.array[0] || p.array[1]) {
    OwnElements<Fill>(draw, first, n, [&](int64_t i, OwnBlocks& own) {
      StoreCount(y, i,
                 BinomialElement(own, BinomialConstants(p.array[0] ? p.array[0][i] : p.value[0],
                                                        p.array[1] ? p.array[1][i] : p.value[1])));
    });
    return;
  }
  const BinomialConstants c(p.value[0], p.value[1]);
  InverseTable table(c.first, c.n);
  Pieces(n, [&](int64_t begin, int64_t count) {
    double k[kRandomPiece];
    if (c.inverse) {
      double u[kRandomPiece];
      FirstUnits<Fill>(draw, first + begin, count, u);
      table.Counts(u, count, [&](int i, double last) { return last * ((c.n - i) / (i + 1) * c.odds); }, k);
      for (int64_t i = 0; i < count && c.flipped; i++) k[i] = c.n - k[i];
    } else {
      Candidates<Fill>(
          draw, first + begin, count, c.a, c.b, c.n * c.p + 0.5, c.vr,
          [&](OwnBlocks& own) { return BinomialAccepted(own, c); }, k);
      for (int64_t i = 0; i < count; i++) k[i] = BinomialResult(k[i], c);
    }
    for (int64_t i = 0; i < count; i++) StoreCount(y, begin + i, k[i]);
  });
}

template <class Fill, RandomOp kOp, class Maker>
void FillFloats(RandomTable* t) {
  t->fn[kOp][kF32] = Floats<Fill, kOp, Maker, float>;
  t->fn[kOp][kF64] = Floats<Fill, kOp, Maker, double>;
}

template <class Fill>
void FillRandomTable(RandomTable* t) {
  FillFloats<Fill, kRandom_uniform, UniformMaker>(t);
  FillFloats<Fill, kRandom_normal, NormalMaker>(t);
  FillFloats<Fill, kRandom_lognormal, NormalMaker>(t);
  FillFloats<Fill, kRandom_exponential, ExponentialMaker>(t);
  FillFloats<Fill, kRandom_laplace, LaplaceMaker>(t);
  FillFloats<Fill, kRandom_cauchy, CauchyMaker>(t);
  t->fn[kRandom_gamma][kF32] = Gamma<Fill, float>;
  t->fn[kRandom_gamma][kF64] = Gamma<Fill, double>;
  t->fn[kRandom_beta][kF32] = Beta<Fill, float>;
  t->fn[kRandom_beta][kF64] = Beta<Fill, double>;
  t->fn[kRandom_bits][kU8] = BitsKernel<Fill, uint8_t>;
  t->fn[kRandom_bits][kU16] = BitsKernel<Fill, uint16_t>;
  t->fn[kRandom_bits][kU32] = BitsKernel<Fill, uint32_t>;
  t->fn[kRandom_bits][kU64] = BitsKernel<Fill, uint64_t>;
  // The bits of an integer do not depend on its sign.
  t->fn[kRandom_integers][kI8] = t->fn[kRandom_integers][kU8] = Integers<Fill, uint8_t>;
  t->fn[kRandom_integers][kI16] = t->fn[kRandom_integers][kU16] = Integers<Fill, uint16_t>;
  t->fn[kRandom_integers][kI32] = t->fn[kRandom_integers][kU32] = Integers<Fill, uint32_t>;
  t->fn[kRandom_integers][kI64] = t->fn[kRandom_integers][kU64] = Integers<Fill, uint64_t>;
  t->fn[kRandom_bernoulli][kBOOL] = Bernoulli<Fill>;
  t->fn[kRandom_geometric][kI64] = Geometric<Fill>;
  t->fn[kRandom_poisson][kI64] = Poisson<Fill>;
  t->fn[kRandom_binomial][kI64] = Binomial<Fill>;
  t->permutation = Permutation;
  t->multinomial = MultinomialElement;
  t->key = KeyOfSeed;
}
