// Exact values of the mathematical rows of the tables, from MPFR, and the error of a result in units in the last place.
#pragma once

#include <mpfr.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace numrs {
namespace reference {

constexpr mpfr_prec_t kPrecision = 160;  // of results

struct Number {
  explicit Number(mpfr_prec_t bits = kPrecision) { mpfr_init2(value, bits); }
  ~Number() { mpfr_clear(value); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  mpfr_t value;
};

using Unary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using Binary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

inline int Sigmoid(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t rounding) {
  Number e;
  mpfr_neg(e.value, x, rounding);
  mpfr_exp(e.value, e.value, rounding);
  mpfr_add_ui(e.value, e.value, 1, rounding);
  return mpfr_ui_div(y, 1, e.value, rounding);
}

// log(exp(a) + exp(b)) = a + log1p(exp(b - a)), a the larger one; near 0 the sum cancels, so it is formed wide.
inline int LogAddExp(mpfr_ptr y, mpfr_srcptr a, mpfr_srcptr b, mpfr_rnd_t rounding) {
  if (mpfr_nan_p(a) || mpfr_nan_p(b)) {
    mpfr_set_nan(y);
    return 0;
  }
  mpfr_srcptr high = mpfr_cmp(a, b) >= 0 ? a : b, low = mpfr_cmp(a, b) >= 0 ? b : a;
  if (mpfr_inf_p(high)) return mpfr_set(y, high, rounding);
  Number t(400);
  mpfr_sub(t.value, low, high, rounding);
  mpfr_exp(t.value, t.value, rounding);
  mpfr_log1p(t.value, t.value, rounding);
  return mpfr_add(y, high, t.value, rounding);
}

// IEEE 754's rSqrt: the zeros keep their sign.
inline int Rsqrt(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t rounding) {
  if (mpfr_zero_p(x)) {
    mpfr_set_inf(y, mpfr_signbit(x) ? -1 : 1);
    return 0;
  }
  return mpfr_rec_sqrt(y, x, rounding);
}

inline int LogGamma(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t rounding) {
  int sign;
  return mpfr_lgamma(y, &sign, x, rounding);
}

// log(x) - log(1 - x), wide: around one half it cancels.
inline int Logit(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t rounding) {
  Number t(400), u(400);
  mpfr_log(t.value, x, rounding);
  mpfr_neg(u.value, x, rounding);
  mpfr_log1p(u.value, u.value, rounding);
  return mpfr_sub(y, t.value, u.value, rounding);
}

// log(1 + exp(x))
inline int Softplus(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t rounding) {
  if (mpfr_nan_p(x) || (mpfr_inf_p(x) && mpfr_sgn(x) > 0)) return mpfr_set(y, x, rounding);
  Number t(400);
  if (mpfr_cmp_ui(x, 2000) > 0) {  // the rest is less than 2^-2800
    return mpfr_set(y, x, rounding);
  }
  mpfr_exp(t.value, x, rounding);
  return mpfr_log1p(y, t.value, rounding);
}

// Newton's method on erf, or erfc above one half, from a first guess in double.
inline int Erfinv(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t rounding) {
  if (mpfr_nan_p(x) || mpfr_cmpabs_ui(x, 1) > 0) {
    mpfr_set_nan(y);
    return 0;
  }
  if (mpfr_cmpabs_ui(x, 1) == 0) {
    mpfr_set_inf(y, mpfr_sgn(x));
    return 0;
  }
  if (mpfr_zero_p(x)) return mpfr_set(y, x, rounding);
  constexpr mpfr_prec_t kBits = 300;
  Number a(kBits), t(kBits), f(kBits), root(kBits);
  mpfr_abs(a.value, x, rounding);
  mpfr_const_pi(root.value, rounding);
  mpfr_sqrt(root.value, root.value, rounding);
  mpfr_div_ui(root.value, root.value, 2, rounding);
  const bool high = mpfr_cmp_d(a.value, 0.5) > 0;
  if (high) mpfr_ui_sub(a.value, 1, a.value, rounding);  // exact
  const double s = mpfr_get_d(a.value, MPFR_RNDN);
  if (!high && s < 1e-3) {
    mpfr_mul(t.value, a.value, root.value, rounding);
  } else {
    const double log = high ? std::log(s * (2 - s)) : std::log1p(-s * s), c = 4.3307 + log / 2;
    mpfr_set_d(t.value, std::sqrt(std::sqrt(c * c - log / 0.147) - c), rounding);
  }
  Number g(kBits);
  for (int step = 0; step < 9; step++) {
    if (high) {
      mpfr_erfc(f.value, t.value, rounding);
      mpfr_sub(f.value, a.value, f.value, rounding);
    } else {
      mpfr_erf(f.value, t.value, rounding);
      mpfr_sub(f.value, f.value, a.value, rounding);
    }
    mpfr_sqr(g.value, t.value, rounding);
    mpfr_exp(g.value, g.value, rounding);
    mpfr_mul(g.value, g.value, root.value, rounding);
    mpfr_mul(f.value, f.value, g.value, rounding);
    mpfr_sub(t.value, t.value, f.value, rounding);
  }
  return mpfr_copysign(y, t.value, x, rounding);
}

struct UnaryRow {
  const char* name;
  Unary function;
};
constexpr UnaryRow kUnary[] = {
    {"sqrt", mpfr_sqrt}, {"exp", mpfr_exp},     {"exp2", mpfr_exp2},   {"expm1", mpfr_expm1},  {"log", mpfr_log},
    {"log2", mpfr_log2}, {"log10", mpfr_log10}, {"log1p", mpfr_log1p}, {"sin", mpfr_sin},      {"cos", mpfr_cos},
    {"tan", mpfr_tan},   {"sinh", mpfr_sinh},   {"cosh", mpfr_cosh},   {"tanh", mpfr_tanh},    {"asin", mpfr_asin},
    {"acos", mpfr_acos}, {"atan", mpfr_atan},   {"asinh", mpfr_asinh}, {"acosh", mpfr_acosh},  {"atanh", mpfr_atanh},
    {"cbrt", mpfr_cbrt}, {"rsqrt", Rsqrt},      {"erf", mpfr_erf},     {"erfc", mpfr_erfc},    {"sigmoid", Sigmoid},
    {"erfinv", Erfinv},  {"lgamma", LogGamma},  {"logit", Logit},      {"softplus", Softplus},
};
struct BinaryRow {
  const char* name;
  Binary function;
};
constexpr BinaryRow kBinary[] = {
    {"pow", mpfr_pow}, {"hypot", mpfr_hypot}, {"atan2", mpfr_atan2}, {"logaddexp", LogAddExp}};

inline Unary FindUnary(const char* name) {
  for (const UnaryRow& row : kUnary) {
    if (!std::strcmp(row.name, name)) return row.function;
  }
  return nullptr;
}
inline Binary FindBinary(const char* name) {
  for (const BinaryRow& row : kBinary) {
    if (!std::strcmp(row.name, name)) return row.function;
  }
  return nullptr;
}

// |got - exact| / ulp(exact); 0 where both are NaN, infinite alike or zeros of the same sign; infinity where their
// kinds differ.
template <typename T>
double ErrorInUlp(mpfr_srcptr exact, T got) {
  constexpr double kWrong = std::numeric_limits<double>::infinity();
  constexpr int kDigits = std::numeric_limits<T>::digits, kLowest = std::numeric_limits<T>::min_exponent - kDigits;
  if (mpfr_nan_p(exact) || std::isnan(got)) return mpfr_nan_p(exact) && std::isnan(got) ? 0 : kWrong;
  if (mpfr_inf_p(exact)) return std::isinf(got) && std::signbit(got) == (mpfr_signbit(exact) != 0) ? 0 : kWrong;
  if (mpfr_zero_p(exact)) return got == 0 && std::signbit(got) == (mpfr_signbit(exact) != 0) ? 0 : kWrong;
  long exponent = mpfr_get_exp(exact) - kDigits;
  if (exponent < kLowest) exponent = kLowest;
  Number d(kPrecision + 1200);
  if (std::isinf(got)) {
    // beyond the largest number: counted as the next one after it would be
    mpfr_set_ui_2exp(d.value, 1, std::numeric_limits<T>::max_exponent, MPFR_RNDN);
    if (got < 0) mpfr_neg(d.value, d.value, MPFR_RNDN);
    const long top = std::numeric_limits<T>::max_exponent - kDigits;
    if (exponent > top) exponent = top;
    // an exact value beyond that number rounds to infinity
    if (std::signbit(got) == (mpfr_signbit(exact) != 0) && mpfr_cmpabs(exact, d.value) >= 0) return 0;
  } else {
    const long top = std::numeric_limits<T>::max_exponent - kDigits;
    if (exponent > top) exponent = top;
    mpfr_set_d(d.value, static_cast<double>(got), MPFR_RNDN);
    if (got == 0 && std::signbit(got) != (mpfr_signbit(exact) != 0)) return kWrong;  // underflow keeps the sign
  }
  mpfr_sub(d.value, d.value, exact, MPFR_RNDN);
  mpfr_abs(d.value, d.value, MPFR_RNDN);
  mpfr_mul_2si(d.value, d.value, -exponent, MPFR_RNDN);
  return mpfr_get_d(d.value, MPFR_RNDU);
}

}  // namespace reference
}  // namespace numrs
