// Tables of element types and promotion, computed from kind and size.
#include "core/dtype.h"

namespace numrs {

namespace {

constexpr std::array<DTypeInfo, kDTypes> MakeInfo() {
  std::array<DTypeInfo, kDTypes> info{};
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) info[id] = DTypeInfo{#numpy, bytes, Kind::kind};
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
  return info;
}

// In the order in which NumPy looks for the first loop that holds a type.
constexpr int32_t kLadder[] = {kBOOL, kI8,  kU8,   kI16, kU16, kI32, kU32, kI64,
                               kU64,  kF16, kBF16, kF32, kF64, kC64, kC128};

int32_t OfKind(Kind kind, int bytes) {
  for (int32_t dtype : kLadder) {
    if (kDTypeInfo[dtype].kind == kind && kDTypeInfo[dtype].bytes == bytes) return dtype;
  }
  return kInvalid;
}

// NumPy's "safe" casting: every value of the kind and size can be held (64-bit integers count as held by float64; so
// do those of 8 bits by the floats of 16).
bool CanCastSafely(int32_t from, int32_t to) {
  const DTypeInfo &f = kDTypeInfo[from], &t = kDTypeInfo[to];
  if (from == to || f.kind == Kind::BOOL) return true;
  switch (t.kind) {
    case Kind::INT:
      return (f.kind == Kind::INT && f.bytes <= t.bytes) || (f.kind == Kind::UINT && f.bytes < t.bytes);
    case Kind::UINT:
      return f.kind == Kind::UINT && f.bytes <= t.bytes;
    case Kind::FLOAT:
      if (f.kind == Kind::FLOAT) return f.bytes < t.bytes;  // the two of 16 bits do not hold each other
      return f.kind != Kind::COMPLEX && (f.bytes < t.bytes || t.bytes == 8);
    case Kind::COMPLEX:
      if (f.kind == Kind::COMPLEX) return f.bytes <= t.bytes;
      if (f.kind == Kind::FLOAT) return 2 * f.bytes <= t.bytes;
      return 2 * f.bytes < t.bytes || t.bytes == 16;
    default:
      return false;
  }
}

}  // namespace

const std::array<DTypeInfo, kDTypes> kDTypeInfo = MakeInfo();

int32_t RealDType(int32_t dtype) {
  if (KindOf(dtype) != Kind::COMPLEX) return dtype;
  return OfKind(Kind::FLOAT, kDTypeInfo[dtype].bytes / 2);
}

int32_t Promote(int32_t a, int32_t b) {
  if (!IsDType(a) || !IsDType(b)) return kInvalid;
  if (CanCastSafely(a, b)) return b;
  if (CanCastSafely(b, a)) return a;
  const DTypeInfo &x = kDTypeInfo[a], &y = kDTypeInfo[b];
  if (x.kind == Kind::COMPLEX || y.kind == Kind::COMPLEX) return kC128;
  if (x.kind == Kind::FLOAT || y.kind == Kind::FLOAT) {
    // float16 with bfloat16 or integers of 16 bits: float32 holds both
    return x.bytes <= 2 && y.bytes <= 2 ? static_cast<int32_t>(kF32) : static_cast<int32_t>(kF64);
  }
  // signed with unsigned: the next larger signed type, float64 beyond 64 bits
  const int bytes = x.kind == Kind::UINT ? x.bytes : y.bytes;
  return bytes >= 8 ? static_cast<int32_t>(kF64) : OfKind(Kind::INT, 2 * bytes);
}

bool CanCastSameKind(int32_t from, int32_t to) {
  if (CanCastSafely(from, to)) return true;
  const Kind f = kDTypeInfo[from].kind, t = kDTypeInfo[to].kind;
  if (f == t) return true;
  if (t == Kind::COMPLEX) return true;
  return (t == Kind::FLOAT && f != Kind::COMPLEX) || (t == Kind::INT && f == Kind::UINT);
}

int32_t ComputeDType(const OpClass& op_class, int32_t x) {
  if (!IsDType(x) || !(op_class.accepts & Bit(x))) return kInvalid;
  if (op_class.kernels & Bit(x)) return x;
  if (op_class.integers_as != kInvalid) return op_class.integers_as;
  for (int32_t dtype : kLadder) {
    if ((op_class.kernels & Bit(dtype)) && CanCastSafely(x, dtype)) return dtype;
  }
  return kInvalid;
}

}  // namespace numrs
