// Element types: sizes, kinds, C++ types, NumPy 2 promotion and the dtype sets that the operation tables name.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>

#include "core/half.h"

namespace numrs {

// One byte, 0 or 1 when we write it, anything nonzero is true when we read it; a type of its own so that templates tell
// it from uint8_t.
struct Bool {
  uint8_t byte;
  Bool() = default;
  NUMRS_HD constexpr Bool(bool value) : byte(value) {}
  NUMRS_HD constexpr explicit operator bool() const { return byte != 0; }
};
static_assert(sizeof(Bool) == 1, "bool arrays have one byte per element");

enum class Kind : uint8_t { NONE, BOOL, INT, UINT, FLOAT, COMPLEX };

enum DType : int32_t {
  kInvalid = 0,
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) k##NAME = id,
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
};
constexpr int kDTypes = 16;  // size of tables indexed by dtype; numbers without a row stay empty

struct DTypeInfo {
  const char* name = nullptr;
  uint8_t bytes = 0;
  Kind kind = Kind::NONE;
};
extern const std::array<DTypeInfo, kDTypes> kDTypeInfo;

inline bool IsDType(int32_t dtype) { return dtype > 0 && dtype < kDTypes && kDTypeInfo[dtype].bytes != 0; }
inline bool IsRealDType(int32_t dtype) { return IsDType(dtype) && kDTypeInfo[dtype].kind != Kind::COMPLEX; }
inline int64_t SizeOf(int32_t dtype) { return kDTypeInfo[dtype].bytes; }
inline const char* NameOf(int32_t dtype) { return IsDType(dtype) ? kDTypeInfo[dtype].name : "invalid"; }
inline Kind KindOf(int32_t dtype) { return kDTypeInfo[dtype].kind; }

template <typename T>
struct DTypeOf;
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  template <>                                                         \
  struct DTypeOf<cxx> {                                               \
    static constexpr DType value = k##NAME;                           \
  };
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"

// A set of dtypes as bits 1 << dtype.
using DTypeSet = uint32_t;
constexpr DTypeSet Bit(int32_t dtype) { return 1u << dtype; }
constexpr DTypeSet kBoolSet = Bit(kBOOL);
constexpr DTypeSet kIntSet = Bit(kI8) | Bit(kI16) | Bit(kI32) | Bit(kI64);
constexpr DTypeSet kUintSet = Bit(kU8) | Bit(kU16) | Bit(kU32) | Bit(kU64);
constexpr DTypeSet kFloatSet = Bit(kF32) | Bit(kF64);
constexpr DTypeSet kHalfSet = Bit(kF16) | Bit(kBF16);
constexpr DTypeSet kComplexSet = Bit(kC64) | Bit(kC128);

// What a table row names: the dtypes that have a kernel, those that are accepted at all (the others are converted to
// the first dtype with a kernel that holds them), and what integers and bool become when they are not to widen step by
// step.
struct OpClass {
  DTypeSet kernels;
  DTypeSet accepts;
  DType integers_as = kInvalid;
};
constexpr DTypeSet kRealSet = kFloatSet | kHalfSet;
constexpr DTypeSet kEverySet = kBoolSet | kIntSet | kUintSet | kRealSet;
namespace classes {
constexpr OpClass ALL{kEverySet, kEverySet};
constexpr OpClass NUMBER{kIntSet | kUintSet | kRealSet, kEverySet};                       // bool becomes int8
constexpr OpClass NUMERIC{kIntSet | kUintSet | kRealSet, kIntSet | kUintSet | kRealSet};  // bool is refused
constexpr OpClass FLOAT{kRealSet, kEverySet};              // integers become float32 or float64
constexpr OpClass TRUE_DIVIDE{kRealSet, kEverySet, kF64};  // every integer becomes float64
constexpr OpClass BITS{kBoolSet | kIntSet | kUintSet, kBoolSet | kIntSet | kUintSet};
constexpr OpClass INTEGER{kIntSet | kUintSet, kBoolSet | kIntSet | kUintSet};
// The same with complex numbers.
constexpr OpClass WithComplex(const OpClass& c) {
  return OpClass{c.kernels | kComplexSet, c.accepts | kComplexSet, c.integers_as};
}
constexpr OpClass ALL_C = WithComplex(ALL);
constexpr OpClass NUMBER_C = WithComplex(NUMBER);
constexpr OpClass NUMERIC_C = WithComplex(NUMERIC);
constexpr OpClass FLOAT_C = WithComplex(FLOAT);
constexpr OpClass TRUE_DIVIDE_C = WithComplex(TRUE_DIVIDE);
}  // namespace classes

// REAL: the components of a complex dtype, any other as it is.
enum class ResultRule : uint8_t { SAME, BOOL, REAL };

// float32 for complex64, float64 for complex128; any other dtype is its own.
int32_t RealDType(int32_t dtype);

// NumPy 2's promotion of two dtypes; kInvalid when one is invalid.
int32_t Promote(int32_t a, int32_t b);
// May a value be stored by NumPy's same_kind rule? (bool < unsigned, signed < float < complex; within a kind any size;
// signed never to unsigned)
bool CanCastSameKind(int32_t from, int32_t to);
// The dtype of statistics of x (and x2) that are computed in float64: their own where they are floats.
int32_t FloatOf(int32_t x, int32_t x2 = kInvalid);
// The dtype in which an operation of this class computes x; kInvalid when it does not take it.
int32_t ComputeDType(const OpClass& op_class, int32_t x);

}  // namespace numrs
