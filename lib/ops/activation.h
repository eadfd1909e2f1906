// What each activation function and its derivative mean: scalar functors in the wider type W, used by cpu-portable and
// by tests; no loops here. Limits at infinity are taken (gelu(-inf) is -0), NaN stays NaN.
#pragma once

#include "ops/unary.h"

namespace numrs {
namespace ops {
namespace activation {

// Value: f(x). Back: g f'(x), where the slope of a constant piece gives 0 whatever g is.
template <typename W>
NUMRS_HD W Logistic(W x) {  // 1 / (1 + e^-x)
  return W(1) / (W(1) + std::exp(-x));
}
template <typename W>
NUMRS_HD W Log1pExp(W z) {  // log(1 + e^z)
  return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
}
template <typename W>
NUMRS_HD bool IsMinusInfinity(W x) {
  return x == -std::numeric_limits<W>::infinity();
}

struct Relu {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    return x <= 0 ? W(0) : x;
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    return x <= 0 ? W(0) : g;
  }
};
struct Hardtanh {
  template <typename W>
  NUMRS_HD static W Value(W x, W a, W b) {
    return x <= a ? a : x >= b ? b : x;
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W a, W b) {
    return x <= a || x >= b ? W(0) : g;
  }
};
struct Relu6 {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    return Hardtanh::Value(x, W(0), W(6));
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    return Hardtanh::Back(g, x, W(0), W(6));
  }
};
struct LeakyRelu {
  template <typename W>
  NUMRS_HD static W Value(W x, W a, W) {
    return x > 0 ? x : x * a;
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W a, W) {
    return x > 0 ? g : g * a;
  }
};
struct Elu {
  template <typename W>
  NUMRS_HD static W Value(W x, W a, W) {
    return x > 0 ? x : a * std::expm1(x);
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W a, W) {
    return x > 0 ? g : g * a * std::exp(x);
  }
};
// Klambauer and others, Self-normalizing neural networks (2017).
constexpr long double kSeluScale = 1.0507009873554804934193349852946L;
constexpr long double kSeluAlpha = 1.6732632423543772848170429916717L;
struct Selu {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    return W(kSeluScale) * (x > 0 ? x : W(kSeluAlpha) * std::expm1(x));
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    return g * W(kSeluScale) * (x > 0 ? W(1) : W(kSeluAlpha) * std::exp(x));
  }
};
struct Celu {
  template <typename W>
  NUMRS_HD static W Value(W x, W a, W) {
    return x > 0 ? x : a * std::expm1(x / a);
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W a, W) {
    return x > 0 ? g : g * std::exp(x / a);
  }
};
constexpr long double kRootHalf = 0.70710678118654752440084436210484903928L;
constexpr long double kInverseRoot2Pi = 0.39894228040143267793994605993438186848L;
struct Gelu {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    return IsMinusInfinity(x) ? W(-0.0) : x * (std::erfc(-x * W(kRootHalf)) / 2);
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    const W bell = std::exp(-x * x / 2);
    return g * (std::erfc(-x * W(kRootHalf)) / 2 + (bell == 0 ? W(0) : x * W(kInverseRoot2Pi) * bell));
  }
};
constexpr long double kGeluRoot = 0.79788456080286535587989211986876373695L;  // sqrt(2 / pi)
constexpr long double kGeluCubic = 0.044715L;
struct GeluTanh {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    const W weight = Logistic(2 * W(kGeluRoot) * x * (1 + W(kGeluCubic) * x * x));
    return weight == 0 ? W(-0.0) : x * weight;
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    const W u = 2 * W(kGeluRoot) * x * (1 + W(kGeluCubic) * x * x), up = Logistic(u), down = Logistic(-u);
    const W both = up * down;
    return g * (up + (both == 0 ? W(0) : x * both * (2 * W(kGeluRoot) * (1 + 3 * W(kGeluCubic) * x * x))));
  }
};
struct Silu {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    const W weight = Logistic(x);
    return weight == 0 ? W(-0.0) : x * weight;
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    const W up = Logistic(x), down = Logistic(-x);
    return g * (up + (up * down == 0 ? W(0) : x * up * down));
  }
};
struct Sigmoid {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    return Logistic(x);
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    return g * (Logistic(x) * Logistic(-x));
  }
};
struct Tanh {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    return std::tanh(x);
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    return g * (4 * Logistic(2 * x) * Logistic(-2 * x));
  }
};
struct Softplus {  // a: beta, b: threshold
  template <typename W>
  NUMRS_HD static W Value(W x, W a, W b) {
    return x * a > b ? x : Log1pExp(x * a) / a;
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W a, W b) {
    return x * a > b ? g : g * Logistic(x * a);
  }
};
struct Softsign {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    return std::fabs(x) == std::numeric_limits<W>::infinity() ? std::copysign(W(1), x) : x / (1 + std::fabs(x));
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    const W d = 1 + std::fabs(x);
    return g / (d * d);
  }
};
struct Hardswish {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    return x <= -3 ? W(0) : x >= 3 ? x : x * (x + 3) / 6;
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    return x <= -3 ? W(0) : x >= 3 ? g : g * (x / 3 + W(0.5));
  }
};
struct Hardsigmoid {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    return x <= -3 ? W(0) : x >= 3 ? W(1) : (x + 3) / 6;
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    return x <= -3 || x >= 3 ? W(0) : g / 6;
  }
};
struct Mish {  // x tanh(log(1 + e^x)), in e = e^-|x| without overflow
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    const W e = std::exp(-std::fabs(x)), top = x > 0 ? 1 + 2 * e : e * (e + 2);
    return top == 0 ? W(-0.0) : x * (top / (top + (x > 0 ? 2 * e * e : W(2))));
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    const W e = std::exp(-std::fabs(x)), top = x > 0 ? 1 + 2 * e : e * (e + 2), rest = x > 0 ? 2 * e * e : W(2);
    const W t = top / (top + rest), s = Logistic(x), slope = (rest / (top + rest)) * (1 + t) * s;
    return g * (t + (slope == 0 ? W(0) : x * slope));
  }
};
struct Logsigmoid {
  template <typename W>
  NUMRS_HD static W Value(W x, W, W) {
    return -Log1pExp(-x);
  }
  template <typename W>
  NUMRS_HD static W Back(W g, W x, W, W) {
    return g * Logistic(-x);
  }
};

}  // namespace activation
}  // namespace ops
}  // namespace numrs
