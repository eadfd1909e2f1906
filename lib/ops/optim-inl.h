// What a step of each optimizer does to one element, or to a vector of them, and what is done to gradients before.
// Included once per instruction set, inside its namespace, after core/optim_tables.h and cmath, with NUMRS_OPTIM_INLINE
// defined. The formulas and their order are PyTorch's (torch.optim, the functions for single tensors), with one
// rounding per operation, so that every instruction set gives the same bits.

// A kit has V, its elements' type T, and Set, Sqrt, Max, Sign (-1, 0, 1; NaN gives 0).

// One element of T: the scalar kit.
template <typename Element>
struct OptimNumber {
  using T = Element;
  using V = T;
  NUMRS_HD V Set(double x) const { return static_cast<T>(x); }
  NUMRS_HD V Sqrt(V x) const { return std::sqrt(x); }
  NUMRS_HD V Max(V a, V b) const { return a > b ? a : b; }
  NUMRS_HD V Sign(V x) const { return static_cast<T>((x > 0) - (x < 0)); }
};

// The element's parameter, gradient and state; has says which arenas are there.
template <class V>
struct OptimCell {
  V p, g, s0, s1, s2;
};

// Common to all: c[0] is 1, or -1 to climb; c[1] is the decay that is added to the gradient.
template <class K, class Cell>
NUMRS_OPTIM_INLINE typename K::V Gradient(const K& k, const double* c, const Cell& e) {
  auto g = e.g;
  if (c[0] < 0) g = k.Set(0) - g;
  return c[1] != 0 ? g + k.Set(c[1]) * e.p : g;
}
// a + w (b - a), from b where w is 1/2 or more, as torch.lerp computes it.
template <class K, class V>
NUMRS_OPTIM_INLINE V Lerp(const K& k, V a, V b, double w) {
  return w < 0.5 ? a + k.Set(w) * (b - a) : b - (b - a) * k.Set(1 - w);
}

// c: 2 lr, 3 momentum, 4 1 - dampening, 5 nesterov, 6 first step. s0: momentum.
struct Sgd {
  template <class K, class Cell>
  static NUMRS_OPTIM_INLINE void Step(const K& k, const double* c, bool s0, bool, bool, Cell* e) {
    auto g = Gradient(k, c, *e);
    if (s0) {
      e->s0 = c[6] != 0 ? g : e->s0 * k.Set(c[3]) + k.Set(c[4]) * g;
      g = c[5] != 0 ? g + k.Set(c[3]) * e->s0 : e->s0;
    }
    e->p = e->p - k.Set(c[2]) * g;
  }
};

// c: 2 step size, 3 1 - beta1, 4 beta2, 5 1 - beta2, 6 1 / sqrt(1 - beta2^t), 7 eps, 8 what the parameter is multiplied
// by first. s0, s1: moments; s2: the greatest second moment.
struct Adam {
  template <class K, class Cell>
  static NUMRS_OPTIM_INLINE void Step(const K& k, const double* c, bool, bool, bool s2, Cell* e) {
    const auto g = Gradient(k, c, *e);
    if (c[8] != 1) e->p = e->p * k.Set(c[8]);
    e->s0 = Lerp(k, e->s0, g, c[3]);
    e->s1 = e->s1 * k.Set(c[4]) + k.Set(c[5]) * g * g;
    if (s2) e->s2 = k.Max(e->s2, e->s1);
    const auto root = k.Sqrt(s2 ? e->s2 : e->s1) * k.Set(c[6]) + k.Set(c[7]);
    e->p = e->p - k.Set(c[2]) * e->s0 / root;
  }
};
struct AdamW : Adam {};

// c: 2 lr, 3 alpha, 4 1 - alpha, 5 eps, 6 momentum. s0: mean square, s1: momentum, s2: mean, for the centered kind.
struct RmsProp {
  template <class K, class Cell>
  static NUMRS_OPTIM_INLINE void Step(const K& k, const double* c, bool, bool s1, bool s2, Cell* e) {
    const auto g = Gradient(k, c, *e);
    e->s0 = e->s0 * k.Set(c[3]) + k.Set(c[4]) * g * g;
    auto square = e->s0;
    if (s2) {
      e->s2 = Lerp(k, e->s2, g, c[4]);
      square = square - e->s2 * e->s2;
    }
    const auto root = k.Sqrt(square) + k.Set(c[5]);
    if (s1) {
      e->s1 = e->s1 * k.Set(c[6]) + g / root;
      e->p = e->p - k.Set(c[2]) * e->s1;
    } else {
      e->p = e->p - k.Set(c[2]) * g / root;
    }
  }
};

// c: 2 the step's lr, 3 eps. s0: sum of squares.
struct Adagrad {
  template <class K, class Cell>
  static NUMRS_OPTIM_INLINE void Step(const K& k, const double* c, bool, bool, bool, Cell* e) {
    const auto g = Gradient(k, c, *e);
    e->s0 = e->s0 + g * g;
    e->p = e->p - k.Set(c[2]) * g / (k.Sqrt(e->s0) + k.Set(c[3]));
  }
};

// c: 2 lr, 3 rho, 4 1 - rho, 5 eps. s0: mean square of gradients, s1: of steps.
struct Adadelta {
  template <class K, class Cell>
  static NUMRS_OPTIM_INLINE void Step(const K& k, const double* c, bool, bool, bool, Cell* e) {
    const auto g = Gradient(k, c, *e);
    e->s0 = e->s0 * k.Set(c[3]) + k.Set(c[4]) * g * g;
    const auto step = k.Sqrt(e->s1 + k.Set(c[5])) / k.Sqrt(e->s0 + k.Set(c[5])) * g;
    e->s1 = e->s1 * k.Set(c[3]) + k.Set(c[4]) * step * step;
    e->p = e->p - k.Set(c[2]) * step;
  }
};

// Chen et al., "Symbolic discovery of optimization algorithms" (2023). c: 2 lr, 3 beta1, 4 1 - beta1, 5 beta2,
// 6 1 - beta2, 8 what the parameter is multiplied by first. s0: momentum.
struct Lion {
  template <class K, class Cell>
  static NUMRS_OPTIM_INLINE void Step(const K& k, const double* c, bool, bool, bool, Cell* e) {
    const auto g = Gradient(k, c, *e);
    if (c[8] != 1) e->p = e->p * k.Set(c[8]);
    e->p = e->p - k.Set(c[2]) * k.Sign(e->s0 * k.Set(c[3]) + k.Set(c[4]) * g);
    e->s0 = e->s0 * k.Set(c[5]) + k.Set(c[6]) * g;
  }
};

// c: 2 factor of the gradient, 3 1 - beta1, 4 beta2, 5 1 - beta2, 6 1 / sqrt(1 - beta2^t), 7 eps, 8 what the parameter
// is multiplied by first, 9 factor of the momentum. s0, s1: moments.
struct NAdam {
  template <class K, class Cell>
  static NUMRS_OPTIM_INLINE void Step(const K& k, const double* c, bool, bool, bool, Cell* e) {
    const auto g = Gradient(k, c, *e);
    if (c[8] != 1) e->p = e->p * k.Set(c[8]);
    e->s0 = Lerp(k, e->s0, g, c[3]);
    e->s1 = e->s1 * k.Set(c[4]) + k.Set(c[5]) * g * g;
    const auto root = k.Sqrt(e->s1) * k.Set(c[6]) + k.Set(c[7]);
    e->p = e->p - k.Set(c[2]) * g / root;
    e->p = e->p - k.Set(c[9]) * e->s0 / root;
  }
};

// c: 2 step size, 3 1 - beta1, 4 beta2, 5 1 - beta2, 6 factor of the adaptive step, 0 while there is none, 7 eps, 8
// what the parameter is multiplied by first. s0, s1: moments.
struct RAdam {
  template <class K, class Cell>
  static NUMRS_OPTIM_INLINE void Step(const K& k, const double* c, bool, bool, bool, Cell* e) {
    const auto g = Gradient(k, c, *e);
    if (c[8] != 1) e->p = e->p * k.Set(c[8]);
    e->s0 = Lerp(k, e->s0, g, c[3]);
    e->s1 = e->s1 * k.Set(c[4]) + k.Set(c[5]) * g * g;
    auto step = k.Set(c[2]) * e->s0;
    if (c[6] != 0) step = step * k.Set(c[6]) / (k.Sqrt(e->s1) + k.Set(c[7]));
    e->p = e->p - step;
  }
};

// Numbers of any alignment.
template <typename T>
struct Loose;
template <>
struct Loose<float> {
  typedef float Type __attribute__((aligned(1), may_alias));
};
template <>
struct Loose<double> {
  typedef double Type __attribute__((aligned(1), may_alias));
};

// Gradients: plain loops that the compiler turns into vectors.
template <typename T>
struct Gradients {
  static double Squares(const void* g, int64_t n) {
    const auto* x = static_cast<const typename Loose<T>::Type*>(g);
    double lanes[32] = {};
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) {
      for (int64_t l = 0; l < 32; l++) {
        const double v = static_cast<double>(x[i + l]);
        lanes[l] += v * v;
      }
    }
    for (int64_t l = 0; i + l < n; l++) {
      const double v = static_cast<double>(x[i + l]);
      lanes[l] += v * v;
    }
    for (int64_t half = 16; half > 0; half /= 2) {
      for (int64_t l = 0; l < half; l++) lanes[l] += lanes[l + half];
    }
    return lanes[0];
  }
  static double Largest(const void* g, int64_t n) {
    const auto* x = static_cast<const typename Loose<T>::Type*>(g);
    T most = 0;
    int64_t nans = 0;
    for (int64_t i = 0; i < n; i++) {
      const T v = x[i] < 0 ? -x[i] : x[i];
      most = v > most ? v : most;
      nans += x[i] != x[i];
    }
    return nans ? __builtin_nan("") : static_cast<double>(most);
  }
  static void Scale(void* g, int64_t n, double factor) {
    auto* x = static_cast<typename Loose<T>::Type*>(g);
    const T f = static_cast<T>(factor);
    for (int64_t i = 0; i < n; i++) x[i] *= f;
  }
  static void Clamp(void* g, int64_t n, double low, double high) {
    auto* x = static_cast<typename Loose<T>::Type*>(g);
    const T a = static_cast<T>(low), b = static_cast<T>(high);
    for (int64_t i = 0; i < n; i++) {
      T v = x[i];
      v = v < a ? a : v;
      x[i] = v > b ? b : v;
    }
  }
};

template <typename T>
void FillGradients(OptimTable* t, int32_t dtype) {
  t->squares[dtype] = Gradients<T>::Squares;
  t->largest[dtype] = Gradients<T>::Largest;
  t->scale[dtype] = Gradients<T>::Scale;
  t->clamp[dtype] = Gradients<T>::Clamp;
}
