// What losses compute. Included once per instruction set, inside its namespace, after core/nn_loss_tables.h, cmath and
// cstring: plain loops that the compiler turns into vectors, and functions of the library's own kernels. Each kernel
// has the value of one pair and its derivatives after input (Dx) and target (Dt); formulas are PyTorch's where it has
// one.

// Before a loop whose element i depends on elements i alone, also where it is computed in place.
#undef NUMRS_LOSS_LOOP
#if defined(__GNUC__) && !defined(__clang__)
#define NUMRS_LOSS_LOOP _Pragma("GCC ivdep")
#else
#define NUMRS_LOSS_LOOP
#endif

// Numbers of any alignment.
template <typename T>
struct LossNumber;
template <>
struct LossNumber<float> {
  typedef float Loose __attribute__((aligned(1), may_alias));
};
template <>
struct LossNumber<double> {
  typedef double Loose __attribute__((aligned(1), may_alias));
};

template <typename T>
struct Pair {
  T x, t, v;  // input, target, third operand
  T a, b;     // what was computed ahead
  T p0, p1;
};
template <typename T>
NUMRS_HD inline T LossAbs(T x) {
  return x < 0 ? -x : x;
}
template <typename T>
NUMRS_HD inline T LossSign(T x) {
  return static_cast<T>((x > 0) - (x < 0));
}
template <typename T>
NUMRS_HD inline T LossMax(T a, T b) {  // NaN in a stays
  return a < b ? b : a;
}

struct MeanSquared {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return (e.x - e.t) * (e.x - e.t);
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return 2 * (e.x - e.t);
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return 2 * (e.t - e.x);
  }
};
struct Absolute {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return LossAbs(e.x - e.t);
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return LossSign(e.x - e.t);
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return LossSign(e.t - e.x);
  }
};
// p0: delta.
struct Huber {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    const T d = LossAbs(e.x - e.t);
    return d < e.p0 ? T(0.5) * d * d : e.p0 * (d - T(0.5) * e.p0);
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    const T d = e.x - e.t;
    return d < -e.p0 ? -e.p0 : d > e.p0 ? e.p0 : d;
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return -Dx(e);
  }
};
// p0: beta; p1: 1 / beta, or 0 for beta 0, where it is the absolute difference.
struct SmoothL1 {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    const T d = LossAbs(e.x - e.t);
    return d < e.p0 ? T(0.5) * d * d * e.p1 : d - T(0.5) * e.p0;
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    const T d = e.x - e.t;
    return LossAbs(d) < e.p0 ? d * e.p1 : LossSign(d);
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return -Dx(e);
  }
};
// a: log x, b: log(1 - x), both at least -100.
struct BinaryChance {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return (e.t - 1) * LossMax(e.b, T(-100)) - e.t * LossMax(e.a, T(-100));
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return (e.x - e.t) / LossMax((1 - e.x) * e.x, T(1e-12));
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return LossMax(e.b, T(-100)) - LossMax(e.a, T(-100));
  }
};
// a: e^-|x|, b: log(1 + a); v: the weight of positive targets.
struct BinaryLogits {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return (1 - e.t) * e.x + (1 + (e.v - 1) * e.t) * (e.b + LossMax(-e.x, T(0)));
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    const T below = (e.x < 0 ? T(1) : e.a) / (1 + e.a);  // the sigmoid of -x
    return (1 - e.t) - (1 + (e.v - 1) * e.t) * below;
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return (e.v - 1) * (e.b + LossMax(-e.x, T(0))) - e.x;
  }
};
// a: log t. A target of 0 adds nothing.
struct Divergence {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return e.t == 0 ? T(0) * e.x : e.t * (e.a - e.x);
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return -e.t;
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return (e.t == 0 ? T(0) : e.a + 1) - e.x;
  }
};
// a: e^t.
struct DivergenceLog {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return e.a * (e.t - e.x);
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return -e.a;
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return e.a * (e.t - e.x + 1);
  }
};
// p0: with Stirling's term for targets above 1. b: log t.
template <typename T>
NUMRS_HD inline T Stirling(const Pair<T>& e) {
  return e.p0 != 0 && e.t > 1 ? e.t * e.b - e.t + T(0.5) * (e.b + T(1.83787706640934548356)) : T(0);
}
template <typename T>
NUMRS_HD inline T StirlingDt(const Pair<T>& e) {
  return e.p0 != 0 && e.t > 1 ? e.b + T(0.5) / e.t : T(0);
}
// a: e^x.
struct Poisson {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return e.a - e.t * e.x + Stirling(e);
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return e.a - e.t;
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return StirlingDt(e) - e.x;
  }
};
// p1: eps; a: log(x + eps).
struct PoissonRate {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return e.x - e.t * e.a + Stirling(e);
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return 1 - e.t / (e.x + e.p1);
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return StirlingDt(e) - e.a;
  }
};
// v: the variance, at least p1; a: its logarithm; p0: what is added.
struct Gaussian {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    const T d = e.x - e.t;
    return T(0.5) * (e.a + d * d / LossMax(e.v, e.p1)) + e.p0;
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return (e.x - e.t) / LossMax(e.v, e.p1);
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return (e.t - e.x) / LossMax(e.v, e.p1);
  }
  template <typename T>
  NUMRS_HD static T Dv(const Pair<T>& e) {
    const T v = LossMax(e.v, e.p1), d = (e.x - e.t) / v;
    return T(0.5) * (1 / v - d * d);
  }
};
// Targets are -1 and 1; p0: the margin.
struct Hinge {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return LossMax(e.p0 - e.x * e.t, T(0));
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return e.p0 - e.x * e.t > 0 ? -e.t : T(0);
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return e.p0 - e.x * e.t > 0 ? -e.x : T(0);
  }
};
struct SquaredHinge {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    const T d = LossMax(e.p0 - e.x * e.t, T(0));
    return d * d;
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return -2 * e.t * LossMax(e.p0 - e.x * e.t, T(0));
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return -2 * e.x * LossMax(e.p0 - e.x * e.t, T(0));
  }
};
struct HingeEmbedding {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return (e.t != 1 ? LossMax(e.p0 - e.x, T(0)) : T(0)) + (e.t != -1 ? e.x : T(0));
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return (e.t != 1 && e.p0 - e.x > 0 ? T(-1) : T(0)) + (e.t != -1 ? T(1) : T(0));
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>&) {
    return 0;
  }
};
// a: e^-|t x|, b: log(1 + a).
struct SoftMargin {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return e.b + LossMax(-e.t * e.x, T(0));
  }
  template <typename T>
  NUMRS_HD static T Slope(const Pair<T>& e) {
    return -(e.t * e.x < 0 ? T(1) : e.a) / (1 + e.a);
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return Slope(e) * e.t;
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return Slope(e) * e.x;
  }
};
// a: e^(-2 |x - t|), b: log(1 + a).
struct LogCosh {
  template <typename T>
  NUMRS_HD static T Value(const Pair<T>& e) {
    return LossAbs(e.x - e.t) + (e.b - T(0.69314718055994530942));
  }
  template <typename T>
  NUMRS_HD static T Dx(const Pair<T>& e) {
    return LossSign(e.x - e.t) * ((1 - e.a) / (1 + e.a));
  }
  template <typename T>
  NUMRS_HD static T Dt(const Pair<T>& e) {
    return -Dx(e);
  }
};

// What is computed ahead: a and b.
enum class Ahead { NONE, LOGS, SOFT, SOFTM, COSH, LOGT, EXPT, EXPX, LOGX, LOGV };
template <Ahead kAhead, typename T>
void ComputeAhead(const LossPiece& i, int32_t dtype, const typename LossNumber<T>::Loose* x,
                  const typename LossNumber<T>::Loose* t, const typename LossNumber<T>::Loose* v, T* a, T* b) {
  const int64_t n = i.n;
  const LossTable& tools = *i.tools;
  const T p0 = static_cast<T>(i.p[0]), p1 = static_cast<T>(i.p[1]);
  if constexpr (kAhead == Ahead::LOGS) {
    tools.log[dtype](i.x, a, n);
    for (int64_t k = 0; k < n; k++) b[k] = -x[k];
    tools.log1p[dtype](b, b, n);
  } else if constexpr (kAhead == Ahead::SOFT || kAhead == Ahead::SOFTM || kAhead == Ahead::COSH) {
    for (int64_t k = 0; k < n; k++) {
      const T z = kAhead == Ahead::SOFT ? x[k] : kAhead == Ahead::SOFTM ? x[k] * t[k] : 2 * (x[k] - t[k]);
      a[k] = -LossAbs(z);
    }
    tools.exp[dtype](a, a, n);
    tools.log1p[dtype](a, b, n);
  } else if constexpr (kAhead == Ahead::LOGT) {
    tools.log[dtype](i.t, a, n);
  } else if constexpr (kAhead == Ahead::EXPT) {
    tools.exp[dtype](i.t, a, n);
  } else if constexpr (kAhead == Ahead::EXPX || kAhead == Ahead::LOGX) {
    if constexpr (kAhead == Ahead::EXPX) {
      tools.exp[dtype](i.x, a, n);
    } else {
      for (int64_t k = 0; k < n; k++) a[k] = x[k] + p1;
      tools.log[dtype](a, a, n);
    }
    if (p0 != 0) tools.log[dtype](i.t, b, n);
  } else if constexpr (kAhead == Ahead::LOGV) {
    for (int64_t k = 0; k < n; k++) a[k] = LossMax<T>(v[k], p1);
    tools.log[dtype](a, a, n);
  }
}

template <class Kernel, Ahead kAhead, bool kThird, typename T>
struct PairLoss {
  using Loose = typename LossNumber<T>::Loose;
  static constexpr int32_t kDType = sizeof(T) == 4 ? kF32 : kF64;

  template <class F>
  static void ForEach(const LossPiece& i, F&& f) {
    T a[kLossChunk], b[kLossChunk];
    if constexpr (kAhead == Ahead::NONE) a[0] = b[0] = 0;
    if constexpr (kAhead != Ahead::NONE) std::memset(b, 0, static_cast<size_t>(i.n) * sizeof(T));
    const Loose *x = static_cast<const Loose*>(i.x), *t = static_cast<const Loose*>(i.t);
    const Loose *v = static_cast<const Loose*>(i.v), *w = static_cast<const Loose*>(i.w);
    ComputeAhead<kAhead, T>(i, kDType, x, t, v, a, b);
    const T p0 = static_cast<T>(i.p[0]), p1 = static_cast<T>(i.p[1]);
    const int64_t n = i.n;  // not read again: the results may be anywhere, for all the compiler knows
    const auto at = [&](int64_t k) {
      return Pair<T>{x[k],
                     t[k],
                     kThird && v ? T(v[k]) : T(1),
                     kAhead == Ahead::NONE ? T(0) : a[k],
                     kAhead == Ahead::NONE ? T(0) : b[k],
                     p0,
                     p1};
    };
    if (w) {
      NUMRS_LOSS_LOOP
      for (int64_t k = 0; k < n; k++) f(k, at(k), T(w[k]));
    } else {
      NUMRS_LOSS_LOOP
      for (int64_t k = 0; k < n; k++) f(k, at(k), T(1));
    }
  }
  static void Value(const LossPiece& i) {
    Loose* y = static_cast<Loose*>(i.y);
    ForEach(i, [y](int64_t k, const Pair<T>& e, T w) { y[k] = w * Kernel::Value(e); });
  }
  template <class Derivative>
  static void Write(const LossPiece& i, void* out, Derivative derivative) {
    if (!out) return;
    Loose* y = static_cast<Loose*>(out);
    const Loose* grad = static_cast<const Loose*>(i.grad);
    const T scale = static_cast<T>(i.scale);
    if (grad) {
      ForEach(i, [=](int64_t k, const Pair<T>& e, T w) { y[k] = grad[k] * scale * w * derivative(e); });
    } else {
      ForEach(i, [=](int64_t k, const Pair<T>& e, T w) { y[k] = scale * w * derivative(e); });
    }
  }
  static void Gradient(const LossPiece& i) {
    Write(i, i.gx, [](const Pair<T>& e) { return Kernel::Dx(e); });
    Write(i, i.gt, [](const Pair<T>& e) { return Kernel::Dt(e); });
    if constexpr (std::is_same<Kernel, Gaussian>::value) Write(i, i.gv, [](const Pair<T>& e) { return Kernel::Dv(e); });
  }
};

template <typename T>
void AddLanes(const void* y, int64_t n, double* lanes) {
  const auto* v = static_cast<const typename LossNumber<T>::Loose*>(y);
  double own[kLossLanes];  // in registers
  for (int64_t l = 0; l < kLossLanes; l++) own[l] = lanes[l];
  int64_t i = 0;
  for (; i + kLossLanes <= n; i += kLossLanes) {
    for (int64_t l = 0; l < kLossLanes; l++) own[l] += static_cast<double>(v[i + l]);
  }
  for (int64_t l = 0; l < kLossLanes; l++) lanes[l] = own[l];
  for (int64_t l = 0; i + l < n; l++) lanes[l] += static_cast<double>(v[i + l]);
}
inline void AddToLanes(const void* y, int32_t dtype, int64_t n, double* lanes) {
  dtype == kF32 ? AddLanes<float>(y, n, lanes) : AddLanes<double>(y, n, lanes);
}

inline double MergeLanes(double* lanes) {
  for (int64_t half = kLossLanes / 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; l++) lanes[l] += lanes[l + half];
  }
  return lanes[0];
}

template <typename T>
void LabelGradient(void* e, int64_t n, int64_t label, double factor, double sum) {
  auto* v = static_cast<typename LossNumber<T>::Loose*>(e);
  const T f = static_cast<T>(factor / sum);
  for (int64_t i = 0; i < n; i++) v[i] *= f;
  v[label] -= static_cast<T>(factor);
}

// A row with a distribution for a target: t[i] = w[i] (keep target[i] + spread).
template <typename T>
struct Mixed {
  using Loose = typename LossNumber<T>::Loose;
  const Loose *target, *w;
  double keep, spread;
  double At(int64_t i) const {
    const double t = (target ? keep * static_cast<double>(target[i]) : 0.0) + spread;
    return w ? static_cast<double>(w[i]) * t : t;
  }
};
template <typename T>
void MixedRowOf(const void* x, const void* target, const void* w, int64_t n, double keep, double spread, double shift,
                double* dot, double* total) {
  using Loose = typename LossNumber<T>::Loose;
  const Mixed<T> mixed = {static_cast<const Loose*>(target), static_cast<const Loose*>(w), keep, spread};
  const Loose* v = static_cast<const Loose*>(x);
  double dots[kLossLanes] = {}, totals[kLossLanes] = {};
  for (int64_t begin = 0; begin < n; begin += kLossLanes) {
    const int64_t count = n - begin < kLossLanes ? n - begin : kLossLanes;
    for (int64_t l = 0; l < count; l++) {
      const double t = mixed.At(begin + l), d = static_cast<double>(v[begin + l]) - shift;
      dots[l] += t == 0 ? 0.0 : t * d;  // no class that is not there, however unlikely the model thinks it
      totals[l] += t;
    }
  }
  *dot = MergeLanes(dots);
  *total = MergeLanes(totals);
}
inline void MixedRow(const void* x, const void* target, const void* w, int32_t dtype, int64_t n, double keep,
                     double spread, double shift, double* dot, double* total) {
  dtype == kF32 ? MixedRowOf<float>(x, target, w, n, keep, spread, shift, dot, total)
                : MixedRowOf<double>(x, target, w, n, keep, spread, shift, dot, total);
}
// e[i] = scale (factor e[i] - t[i]).
template <typename T>
void MixedGradientOf(const void* target, const void* w, int64_t n, double keep, double spread, double factor,
                     double scale, void* e) {
  using Loose = typename LossNumber<T>::Loose;
  const Mixed<T> mixed = {static_cast<const Loose*>(target), static_cast<const Loose*>(w), keep, spread};
  Loose* v = static_cast<Loose*>(e);
  for (int64_t i = 0; i < n; i++) v[i] = static_cast<T>(scale * (factor * static_cast<double>(v[i]) - mixed.At(i)));
}
inline void MixedGradient(const void* target, const void* w, int32_t dtype, int64_t n, double keep, double spread,
                          double factor, double scale, void* e) {
  dtype == kF32 ? MixedGradientOf<float>(target, w, n, keep, spread, factor, scale, e)
                : MixedGradientOf<double>(target, w, n, keep, spread, factor, scale, e);
}

// Columns in pieces whose sums stay in the caches.
template <typename T>
void AddRows(const void* x, int64_t width, int64_t place, const int64_t* next, void* to) {
  using Loose = typename LossNumber<T>::Loose;
  constexpr int64_t kColumns = 128;
  for (int64_t begin = 0; begin < width; begin += kColumns) {
    const int64_t n = width - begin < kColumns ? width - begin : kColumns;
    double sums[kColumns];
    for (int64_t i = 0; i < n; i++) sums[i] = -0.0;
    for (int64_t p = place; p >= 0; p = next[p]) {
      const Loose* row = static_cast<const Loose*>(x) + p * width + begin;
      NUMRS_LOSS_LOOP
      for (int64_t i = 0; i < n; i++) sums[i] += static_cast<double>(row[i]);
    }
    Loose* y = static_cast<Loose*>(to) + begin;
    for (int64_t i = 0; i < n; i++) y[i] = static_cast<T>(sums[i]);
  }
}

template <typename T>
void Drop(const void* x, const uint32_t* words, uint64_t threshold, double scale, void* y, int64_t n) {
  using Loose = typename LossNumber<T>::Loose;
  const Loose* from = static_cast<const Loose*>(x);
  Loose* to = static_cast<Loose*>(y);
  if (threshold > 0xFFFFFFFF) {
    for (int64_t i = 0; i < n; i++) to[i] = 0;
    return;
  }
  const uint32_t least = static_cast<uint32_t>(threshold);
  const T factor = static_cast<T>(scale);
  NUMRS_LOSS_LOOP
  for (int64_t i = 0; i < n; i++) {
    const T v = factor * from[i];
    to[i] = words[i] < least ? T(0) : v;
  }
}

// All of the table but rows and functions. The rows of table/loss.def fill `value` and `gradient`: NUMRS_FILL_LOSS.
constexpr bool kLossNONE = false, kLossOPTIONAL = true, kLossNEEDED = true;
#undef NUMRS_FILL_LOSS
#define NUMRS_FILL_LOSS(t, id, Kernel, ahead, third)                                       \
  (t)->value[id][kF32] = PairLoss<Kernel, Ahead::ahead, kLoss##third, float>::Value;       \
  (t)->value[id][kF64] = PairLoss<Kernel, Ahead::ahead, kLoss##third, double>::Value;      \
  (t)->gradient[id][kF32] = PairLoss<Kernel, Ahead::ahead, kLoss##third, float>::Gradient; \
  (t)->gradient[id][kF64] = PairLoss<Kernel, Ahead::ahead, kLoss##third, double>::Gradient;
inline void FillTools(LossTable* t) {
  t->add = AddToLanes;
  t->add_rows[kF32] = AddRows<float>;
  t->add_rows[kF64] = AddRows<double>;
  t->drop[kF32] = Drop<float>;
  t->drop[kF64] = Drop<double>;
  t->mixed_row = MixedRow;
  t->mixed_gradient = MixedGradient;
}
