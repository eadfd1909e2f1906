// Every operation by its name, each one call of its family. Part of numrs/numrs.hpp. Generated from lib/table by tools/gen.py; do not edit.
#ifndef NUMRS_OPS_HPP
#define NUMRS_OPS_HPP

#include "numrs/numrs.hpp"

namespace numrs {

// unary
inline void negative(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_NEGATIVE, x, y, context);
}
inline void positive(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_POSITIVE, x, y, context);
}
inline void abs(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ABS, x, y, context);
}
inline void sign(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_SIGN, x, y, context);
}
inline void square(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_SQUARE, x, y, context);
}
inline void reciprocal(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_RECIPROCAL, x, y, context);
}
inline void sqrt(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_SQRT, x, y, context);
}
inline void floor(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_FLOOR, x, y, context);
}
inline void ceil(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_CEIL, x, y, context);
}
inline void trunc(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_TRUNC, x, y, context);
}
inline void round(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ROUND, x, y, context);
}
inline void isnan(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ISNAN, x, y, context);
}
inline void isinf(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ISINF, x, y, context);
}
inline void isfinite(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ISFINITE, x, y, context);
}
inline void signbit(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_SIGNBIT, x, y, context);
}
inline void logical_not(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_LOGICAL_NOT, x, y, context);
}
inline void bitwise_invert(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_BITWISE_INVERT, x, y, context);
}
inline void conj(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_CONJ, x, y, context);
}
inline void real(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_REAL, x, y, context);
}
inline void imag(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_IMAG, x, y, context);
}
inline void exp(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_EXP, x, y, context);
}
inline void exp2(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_EXP2, x, y, context);
}
inline void expm1(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_EXPM1, x, y, context);
}
inline void log(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_LOG, x, y, context);
}
inline void log2(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_LOG2, x, y, context);
}
inline void log10(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_LOG10, x, y, context);
}
inline void log1p(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_LOG1P, x, y, context);
}
inline void sin(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_SIN, x, y, context);
}
inline void cos(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_COS, x, y, context);
}
inline void tan(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_TAN, x, y, context);
}
inline void sinh(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_SINH, x, y, context);
}
inline void cosh(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_COSH, x, y, context);
}
inline void tanh(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_TANH, x, y, context);
}
inline void asin(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ASIN, x, y, context);
}
inline void acos(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ACOS, x, y, context);
}
inline void atan(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ATAN, x, y, context);
}
inline void asinh(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ASINH, x, y, context);
}
inline void acosh(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ACOSH, x, y, context);
}
inline void atanh(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ATANH, x, y, context);
}
inline void cbrt(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_CBRT, x, y, context);
}
inline void rsqrt(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_RSQRT, x, y, context);
}
inline void erf(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ERF, x, y, context);
}
inline void erfc(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ERFC, x, y, context);
}
inline void sigmoid(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_SIGMOID, x, y, context);
}
inline void angle(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ANGLE, x, y, context);
}
inline void erfinv(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_ERFINV, x, y, context);
}
inline void lgamma(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_LGAMMA, x, y, context);
}
inline void logit(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_LOGIT, x, y, context);
}
inline void softplus(const const_view& x, const view& y, numrs_context* context = nullptr) {
  unary(NUMRS_OP_SOFTPLUS, x, y, context);
}

// binary
inline void add(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_ADD, a, b, y, context);
}
inline void subtract(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_SUBTRACT, a, b, y, context);
}
inline void multiply(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_MULTIPLY, a, b, y, context);
}
inline void divide(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_DIVIDE, a, b, y, context);
}
inline void floor_divide(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_FLOOR_DIVIDE, a, b, y, context);
}
inline void remainder(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_REMAINDER, a, b, y, context);
}
inline void pow(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_POW, a, b, y, context);
}
inline void maximum(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_MAXIMUM, a, b, y, context);
}
inline void minimum(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_MINIMUM, a, b, y, context);
}
inline void equal(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_EQUAL, a, b, y, context);
}
inline void not_equal(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_NOT_EQUAL, a, b, y, context);
}
inline void less(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_LESS, a, b, y, context);
}
inline void less_equal(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_LESS_EQUAL, a, b, y, context);
}
inline void greater(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_GREATER, a, b, y, context);
}
inline void greater_equal(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_GREATER_EQUAL, a, b, y, context);
}
inline void logical_and(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_LOGICAL_AND, a, b, y, context);
}
inline void logical_or(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_LOGICAL_OR, a, b, y, context);
}
inline void logical_xor(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_LOGICAL_XOR, a, b, y, context);
}
inline void bitwise_and(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_BITWISE_AND, a, b, y, context);
}
inline void bitwise_or(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_BITWISE_OR, a, b, y, context);
}
inline void bitwise_xor(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_BITWISE_XOR, a, b, y, context);
}
inline void bitwise_left_shift(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_BITWISE_LEFT_SHIFT, a, b, y, context);
}
inline void bitwise_right_shift(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_BITWISE_RIGHT_SHIFT, a, b, y, context);
}
inline void copysign(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_COPYSIGN, a, b, y, context);
}
inline void nextafter(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_NEXTAFTER, a, b, y, context);
}
inline void hypot(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_HYPOT, a, b, y, context);
}
inline void atan2(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_ATAN2, a, b, y, context);
}
inline void logaddexp(const const_view& a, const const_view& b, const view& y, numrs_context* context = nullptr) {
  binary(NUMRS_OP_LOGADDEXP, a, b, y, context);
}

// ternary
inline void where(const const_view& a, const const_view& b, const const_view& c, const view& y, numrs_context* context = nullptr) {
  ternary(NUMRS_OP_WHERE, a, b, c, y, context);
}
inline void clip(const const_view& a, const const_view& b, const const_view& c, const view& y, numrs_context* context = nullptr) {
  ternary(NUMRS_OP_CLIP, a, b, c, y, context);
}
inline void fma(const const_view& a, const const_view& b, const const_view& c, const view& y, numrs_context* context = nullptr) {
  ternary(NUMRS_OP_FMA, a, b, c, y, context);
}

// reduce
inline void sum(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_SUM, x, y, over, 0, nullptr, context);
}
inline void sum(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_SUM, x, y, over, 0, nullptr, context);
}
inline void prod(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_PROD, x, y, over, 0, nullptr, context);
}
inline void prod(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_PROD, x, y, over, 0, nullptr, context);
}
inline void min(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_MIN, x, y, over, 0, nullptr, context);
}
inline void min(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_MIN, x, y, over, 0, nullptr, context);
}
inline void max(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_MAX, x, y, over, 0, nullptr, context);
}
inline void max(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_MAX, x, y, over, 0, nullptr, context);
}
inline void mean(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_MEAN, x, y, over, 0, nullptr, context);
}
inline void mean(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_MEAN, x, y, over, 0, nullptr, context);
}
inline void var(const const_view& x, const view& y, all_axes_type over = all_axes, double correction = 0, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_VAR, x, y, over, correction, nullptr, context);
}
inline void var(const const_view& x, const view& y, const axes& over, double correction = 0, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_VAR, x, y, over, correction, nullptr, context);
}
inline void std_(const const_view& x, const view& y, all_axes_type over = all_axes, double correction = 0, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_STD, x, y, over, correction, nullptr, context);
}
inline void std_(const const_view& x, const view& y, const axes& over, double correction = 0, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_STD, x, y, over, correction, nullptr, context);
}
inline void argmin(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ARGMIN, x, y, over, 0, nullptr, context);
}
inline void argmin(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ARGMIN, x, y, over, 0, nullptr, context);
}
inline void argmax(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ARGMAX, x, y, over, 0, nullptr, context);
}
inline void argmax(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ARGMAX, x, y, over, 0, nullptr, context);
}
inline void any(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ANY, x, y, over, 0, nullptr, context);
}
inline void any(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ANY, x, y, over, 0, nullptr, context);
}
inline void all(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ALL, x, y, over, 0, nullptr, context);
}
inline void all(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ALL, x, y, over, 0, nullptr, context);
}
inline void count_nonzero(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_COUNT_NONZERO, x, y, over, 0, nullptr, context);
}
inline void count_nonzero(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_COUNT_NONZERO, x, y, over, 0, nullptr, context);
}
inline void norm(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NORM, x, y, over, 0, nullptr, context);
}
inline void norm(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NORM, x, y, over, 0, nullptr, context);
}
inline void abs_sum(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ABS_SUM, x, y, over, 0, nullptr, context);
}
inline void abs_sum(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ABS_SUM, x, y, over, 0, nullptr, context);
}
inline void abs_max(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ABS_MAX, x, y, over, 0, nullptr, context);
}
inline void abs_max(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_ABS_MAX, x, y, over, 0, nullptr, context);
}
inline void nansum(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANSUM, x, y, over, 0, nullptr, context);
}
inline void nansum(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANSUM, x, y, over, 0, nullptr, context);
}
inline void nanprod(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANPROD, x, y, over, 0, nullptr, context);
}
inline void nanprod(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANPROD, x, y, over, 0, nullptr, context);
}
inline void nanmin(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANMIN, x, y, over, 0, nullptr, context);
}
inline void nanmin(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANMIN, x, y, over, 0, nullptr, context);
}
inline void nanmax(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANMAX, x, y, over, 0, nullptr, context);
}
inline void nanmax(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANMAX, x, y, over, 0, nullptr, context);
}
inline void nanmean(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANMEAN, x, y, over, 0, nullptr, context);
}
inline void nanmean(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANMEAN, x, y, over, 0, nullptr, context);
}
inline void nanvar(const const_view& x, const view& y, all_axes_type over = all_axes, double correction = 0, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANVAR, x, y, over, correction, nullptr, context);
}
inline void nanvar(const const_view& x, const view& y, const axes& over, double correction = 0, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANVAR, x, y, over, correction, nullptr, context);
}
inline void nanstd(const const_view& x, const view& y, all_axes_type over = all_axes, double correction = 0, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANSTD, x, y, over, correction, nullptr, context);
}
inline void nanstd(const const_view& x, const view& y, const axes& over, double correction = 0, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANSTD, x, y, over, correction, nullptr, context);
}
inline void nanargmin(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANARGMIN, x, y, over, 0, nullptr, context);
}
inline void nanargmin(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANARGMIN, x, y, over, 0, nullptr, context);
}
inline void nanargmax(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANARGMAX, x, y, over, 0, nullptr, context);
}
inline void nanargmax(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_NANARGMAX, x, y, over, 0, nullptr, context);
}
inline void count(const const_view& x, const view& y, all_axes_type over = all_axes, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_COUNT, x, y, over, 0, nullptr, context);
}
inline void count(const const_view& x, const view& y, const axes& over, numrs_context* context = nullptr) {
  reduce(NUMRS_OP_COUNT, x, y, over, 0, nullptr, context);
}

// scan
inline void cumulative_sum(const const_view& x, const view& y, std::int32_t axis, bool include_initial = false,
                           numrs_context* context = nullptr) {
  scan(NUMRS_OP_CUMULATIVE_SUM, x, y, axis, include_initial, context);
}
inline void cumulative_prod(const const_view& x, const view& y, std::int32_t axis, bool include_initial = false,
                            numrs_context* context = nullptr) {
  scan(NUMRS_OP_CUMULATIVE_PROD, x, y, axis, include_initial, context);
}
inline void cumulative_max(const const_view& x, const view& y, std::int32_t axis, bool include_initial = false,
                           numrs_context* context = nullptr) {
  scan(NUMRS_OP_CUMULATIVE_MAX, x, y, axis, include_initial, context);
}
inline void cumulative_min(const const_view& x, const view& y, std::int32_t axis, bool include_initial = false,
                           numrs_context* context = nullptr) {
  scan(NUMRS_OP_CUMULATIVE_MIN, x, y, axis, include_initial, context);
}

}  // namespace numrs

#endif  // NUMRS_OPS_HPP
