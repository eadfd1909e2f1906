// Activation functions and softmax of backend cpu-portable: the functors of ops/activation.h in the next wider type,
// and softmax in it too.
#include "core/nn_activation_tables.h"
#include "ops/activation.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

template <class Fn, typename T>
struct Forward {
  static void Run(const void* x, void* y, int64_t n, double a, double b) {
    using W = ops::Wide<T>;
    for (int64_t i = 0; i < n; i++) Store<T>(y, i, static_cast<T>(Fn::template Value<W>(Load<T>(x, i), W(a), W(b))));
  }
};
template <class Fn, typename T>
struct Backward {
  static void Run(const void* g, const void* x, void* gx, int64_t n, double a, double b) {
    using W = ops::Wide<T>;
    for (int64_t i = 0; i < n; i++)
      Store<T>(gx, i, static_cast<T>(Fn::template Back<W>(Load<T>(g, i), Load<T>(x, i), W(a), W(b))));
  }
};

template <typename T, bool kLog>
struct Softmax {
  using W = ops::Wide<T>;
  static void Row(const void* x, void* y, int64_t n) {
    int64_t top = 0;
    for (int64_t i = 1; i < n; i++)
      top = Load<T>(x, i) > Load<T>(x, top) || Load<T>(x, top) != Load<T>(x, top) ? i : top;
    const W most = Load<T>(x, top);
    W rest = 0;  // without the largest, so that log1p sees all of it
    for (int64_t i = 0; i < n; i++) {
      if (i != top || most != most) rest += std::exp(Load<T>(x, i) - most);
    }
    if (most - most != 0) rest = std::numeric_limits<W>::quiet_NaN();  // infinite
    const W log = std::log1p(rest);
    for (int64_t i = 0; i < n; i++) {
      const W d = Load<T>(x, i) - most;
      Store<T>(y, i, static_cast<T>(kLog ? d - log : std::exp(d) / (1 + rest)));
    }
  }
  static void BackRow(const void* g, const void* y, void* gx, int64_t n) {
    W sum = 0;
    for (int64_t i = 0; i < n; i++) sum += kLog ? W(Load<T>(g, i)) : W(Load<T>(g, i)) * Load<T>(y, i);
    for (int64_t i = 0; i < n; i++) {
      const W v = Load<T>(y, i), w = Load<T>(g, i);
      Store<T>(gx, i, static_cast<T>(kLog ? w - std::exp(v) * sum : v * (w - sum)));
    }
  }
  static void Run(const void* x, void* y, int64_t n, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) Row(At(x, i * n), At(y, i * n), n);
  }
  static void Back(const void* g, const void* y, void* gx, int64_t n, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) BackRow(At(g, i * n), At(y, i * n), At(gx, i * n), n);
  }
  static const void* At(const void* p, int64_t i) { return static_cast<const T*>(p) + i; }
  static void* At(void* p, int64_t i) { return static_cast<T*>(p) + i; }
};

template <typename T>
void Fill(NnActivationTable* t) {
  constexpr int32_t k = DTypeOf<T>::value;
#define NUMRS_ACTIVATION(id, name, NAME, Fn, parameters, rule, ulp32, ulp64, cost) \
  t->forward[id][k] = Forward<ops::activation::Fn, T>::Run;                        \
  t->backward[id][k] = Backward<ops::activation::Fn, T>::Run;
#include "table/activation.def"
  t->softmax[0][k] = Softmax<T, false>::Run;
  t->softmax[1][k] = Softmax<T, true>::Run;
  t->softmax_backward[0][k] = Softmax<T, false>::Back;
  t->softmax_backward[1][k] = Softmax<T, true>::Back;
}

}  // namespace

const NnActivationTable* NnActivation() {
  static const NnActivationTable table = [] {
    NnActivationTable t{};
    Fill<float>(&t);
    Fill<double>(&t);
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
