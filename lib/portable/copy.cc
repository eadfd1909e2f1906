// Conversion and movement kernels of cpu-portable: casts between all pairs, packing, unpacking, transposing.
#include "core/fill.h"
#include "ops/cast.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

template <typename From, typename To>
void CastLoop(const void* x, void* y, int64_t n) {
  for (int64_t i = 0; i < n; i++) Store(y, i, ops::Cast<To>(Load<From>(x, i)));
}

template <typename From>
void FillCasts(UnaryFn* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr (!std::is_same<From, cxx>::value) row[id] = CastLoop<From, cxx>;
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}

template <int kBytes>
void Pack(const void* src, int64_t stride, void* dst, int64_t n) {
  const char* x = static_cast<const char*>(src);
  char* y = static_cast<char*>(dst);
  for (int64_t i = 0; i < n; i++) std::memcpy(y + i * kBytes, x + i * stride, kBytes);
}

template <int kBytes>
void Unpack(const void* src, void* dst, int64_t stride, int64_t n) {
  const char* x = static_cast<const char*>(src);
  char* y = static_cast<char*>(dst);
  for (int64_t i = 0; i < n; i++) std::memcpy(y + i * stride, x + i * kBytes, kBytes);
}

template <int kBytes>
void Transpose(const void* src, int64_t src_stride, void* dst, int64_t dst_stride, int64_t rows, int64_t cols) {
  const char* x = static_cast<const char*>(src);
  char* y = static_cast<char*>(dst);
  for (int64_t c = 0; c < cols; c++) {
    for (int64_t r = 0; r < rows; r++)
      std::memcpy(y + r * dst_stride + c * kBytes, x + c * src_stride + r * kBytes, kBytes);
  }
}

void Stream(const void* src, void* dst, size_t bytes) { std::memcpy(dst, src, bytes); }

}  // namespace

const CopyTable* Copy() {
  static const CopyTable table = [] {
    CopyTable t{};
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) FillCasts<cxx>(t.cast[id]);
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
#define NUMRS_SIZE(index, bytes)   \
  t.pack[index] = Pack<bytes>;     \
  t.unpack[index] = Unpack<bytes>; \
  t.transpose[index] = Transpose<bytes>;
    NUMRS_SIZE(0, 1)
    NUMRS_SIZE(1, 2)
    NUMRS_SIZE(2, 4)
    NUMRS_SIZE(3, 8)
    NUMRS_SIZE(4, 16)
#undef NUMRS_SIZE
    t.stream = Stream;
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
