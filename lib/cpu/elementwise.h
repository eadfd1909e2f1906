// The parts of the element-wise tables of backend "cpu": which source file holds which operation, and what each file
// exports.
#pragma once

#include "cpu/targets.h"

namespace numrs {
namespace cpu {

// One source file each, about a dozen functors, so that no file takes long to compile. kMissing: cpu-portable serves.
enum Part { kMissing, kArith, kRounding, kCompare, kInteger, kSelect, kMathExp, kMathLog, kMathTrig, kMathSpecial };

// Every functor that a row of unary.def, binary.def or ternary.def names is listed here; a row without one does not
// compile.
namespace part_of {
constexpr Part Add = kArith, Subtract = kArith, Multiply = kArith, Divide = kArith, Negative = kArith, Abs = kArith,
               Sign = kArith, Square = kArith, Reciprocal = kArith, Sqrt = kArith;
constexpr Part Positive = kRounding, Floor = kRounding, Ceil = kRounding, Trunc = kRounding, Round = kRounding,
               Conj = kRounding, Real = kRounding, Imag = kRounding, CopySign = kRounding, NextAfter = kRounding;
constexpr Part Equal = kCompare, NotEqual = kCompare, Less = kCompare, LessEqual = kCompare, Greater = kCompare,
               GreaterEqual = kCompare, LogicalAnd = kCompare, LogicalOr = kCompare, LogicalXor = kCompare,
               LogicalNot = kCompare, IsNaN = kCompare, IsInf = kCompare, IsFinite = kCompare, SignBit = kCompare;
constexpr Part FloorDivide = kInteger, Remainder = kInteger, BitAnd = kInteger, BitOr = kInteger, BitXor = kInteger,
               Invert = kInteger, ShiftLeft = kInteger, ShiftRight = kInteger;
constexpr Part Maximum = kSelect, Minimum = kSelect, Where = kSelect, Clip = kSelect, Fma = kSelect;
constexpr Part Exp = kMathExp, Exp2 = kMathExp, Expm1 = kMathExp, Sinh = kMathExp, Cosh = kMathExp, Tanh = kMathExp,
               Sigmoid = kMathExp;
constexpr Part Log = kMathLog, Log2 = kMathLog, Log10 = kMathLog, Log1p = kMathLog, Asinh = kMathLog, Acosh = kMathLog,
               Atanh = kMathLog, LogAddExp = kMathLog, Pow = kMathLog;
constexpr Part Sin = kMathTrig, Cos = kMathTrig, Tan = kMathTrig, Asin = kMathTrig, Acos = kMathTrig, Atan = kMathTrig,
               Atan2 = kMathTrig;
constexpr Part Lgamma = kMissing;  // evaluated wide
constexpr Part Angle = kMissing;   // of real numbers
constexpr Part Erf = kMathSpecial, Erfc = kMathSpecial, Cbrt = kMathSpecial, Rsqrt = kMathSpecial, Hypot = kMathSpecial,
               Erfinv = kMathSpecial, Logit = kMathSpecial, Softplus = kMathSpecial;
}  // namespace part_of

struct ElementwiseTables {
  UnaryTable unary;
  BinaryTable binary;
  TernaryTable ternary;
};

// Each fills its rows for one HWY_<TARGET> bit that was compiled.
void FillArith(int64_t target, ElementwiseTables* tables);
void FillRounding(int64_t target, ElementwiseTables* tables);
void FillCompare(int64_t target, ElementwiseTables* tables);
void FillInteger(int64_t target, ElementwiseTables* tables);
void FillSelect(int64_t target, ElementwiseTables* tables);
void FillMathExp(int64_t target, ElementwiseTables* tables);
void FillMathLog(int64_t target, ElementwiseTables* tables);
void FillMathTrig(int64_t target, ElementwiseTables* tables);
void FillMathSpecial(int64_t target, ElementwiseTables* tables);
// Complex numbers: all operations.
void FillComplex(int64_t target, ElementwiseTables* tables);
void FillMathComplex(int64_t target, ElementwiseTables* tables);
void FillMathComplex64(int64_t target, ElementwiseTables* tables);
void FillMathComplex128(int64_t target, ElementwiseTables* tables);
void FillMathComplex128Inverse(int64_t target, ElementwiseTables* tables);
void FillMathComplex128Pow(int64_t target, ElementwiseTables* tables);
void FillHalfNative(int64_t target, ElementwiseTables* tables);

}  // namespace cpu
}  // namespace numrs
