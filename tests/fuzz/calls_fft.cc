// Fourier transforms on views and on contiguous memory under hostile operands.
#include "view_calls.h"

namespace fuzz {
namespace {

enum Kind { kComplex, kFromReal, kToReal };

int32_t FftDtype(Input* in, bool complex) {
  static const int32_t kDtypes[] = {NUMRS_BOOL, NUMRS_I8,  NUMRS_I32, NUMRS_U64, NUMRS_F16, NUMRS_BF16, NUMRS_F32,
                                    NUMRS_F32,  NUMRS_F64, NUMRS_F64, NUMRS_C64, NUMRS_C64, NUMRS_C128, NUMRS_C128};
  return kDtypes[in->Below(complex || in->OneIn(12) ? 14 : 10)];
}

bool Single(int32_t dtype) {
  return dtype == NUMRS_F16 || dtype == NUMRS_BF16 || dtype == NUMRS_F32 || dtype == NUMRS_C64;
}

// y's extents are those of x but along the axes, where there are other lengths now and then.
void ViewCall(Call* call, Input* in, Kind kind) {
  const Shape s = AnyShape(in);
  Shape r = s;
  int32_t axes[kMostDims] = {};
  int32_t n_axes = 0;
  const bool all = in->OneIn(6), lengths = in->OneIn(3);
  const int first = s.ndim ? in->Below(s.ndim) : 0;
  for (int i = 0; i < s.ndim; ++i) {
    const int d = (first + i) % s.ndim;
    if (!all && i > 0 && !in->OneIn(3)) continue;
    axes[n_axes++] = in->OneIn(2) ? d : d - s.ndim;
    if (lengths && s.Count() < 2000) r.extents[d] = in->OneIn(20) ? 0 : 1 + in->Below(10);
  }
  int64_t n = 1;
  if (n_axes > 0) {
    const int last = (axes[n_axes - 1] + s.ndim) % s.ndim;
    n = r.extents[last];
    if (kind == kFromReal) r.extents[last] = n / 2 + 1;
    if (in->OneIn(30)) n = in->Wild();
  }
  if (in->OneIn(40)) axes[0] = static_cast<int32_t>(in->Wild());
  if (in->OneIn(60)) n_axes = static_cast<int32_t>(in->Wild() % 40);
  const int32_t dtype = FftDtype(in, kind != kFromReal);
  const int32_t result =
      kind == kToReal ? (Single(dtype) ? NUMRS_F32 : NUMRS_F64) : (Single(dtype) ? NUMRS_C64 : NUMRS_C128);
  Operand x(in, s, dtype, false), y(in, r, in->OneIn(10) ? FftDtype(in, true) : result, true);
  y.any_nan = true;
  Context context(in);
  const int32_t direction = in->OneIn(30) ? static_cast<int32_t>(in->Wild()) : in->Below(2);
  const double scale = in->OneIn(2) ? 1.0 : 0.25;
  Check(call, in, {&x, &y}, [&] {
    if (kind == kComplex) return numrs_fft(context.handle, x.get(), y.get(), axes, n_axes, direction, scale);
    if (kind == kFromReal) return numrs_rfft(context.handle, x.get(), y.get(), axes, n_axes, n, direction, scale);
    return numrs_irfft(context.handle, x.get(), y.get(), axes, n_axes, direction, scale);
  });
}

// Contiguous (outer, n, inner) arrays in blocks of exactly their bytes.
template <class X, class Y>
void RawCall(Call* call, Input* in, Kind kind,
             numrs_status (*f)(numrs_context*, const X*, Y*, int64_t, int64_t, int64_t, int32_t, double)) {
  int64_t e[3];
  for (int64_t& extent : e) extent = in->OneIn(20) ? 0 : in->OneIn(4) ? 1 + in->Below(70) : 1 + in->Below(6);
  const int64_t n = e[1], lines = e[0] * e[2];
  const size_t x_bytes = sizeof(X) * static_cast<size_t>(lines * (kind == kToReal ? n / 2 + 1 : n));
  const size_t y_bytes = sizeof(Y) * static_cast<size_t>(lines * (kind == kFromReal ? n / 2 + 1 : n));
  const Block x(in, x_bytes, true), y(in, y_bytes, true);
  bool wrong = n < 1;
  if (in->OneIn(20)) {
    e[in->Below(3)] = -1 - in->Below(5);
    wrong = true;
  }
  const bool no_x = in->OneIn(30), no_y = in->OneIn(30);
  wrong |= (no_x && x_bytes > 0) || (no_y && y_bytes > 0);
  const int32_t direction = in->OneIn(30) ? static_cast<int32_t>(in->Wild()) : in->Below(2);
  wrong |= direction != 0 && direction != 1;
  Context context(in);
  const numrs_status status = Watched(call, in, wrong, [&] {
    return f(context.handle, no_x ? nullptr : reinterpret_cast<const X*>(x.data()),
             no_y ? nullptr : reinterpret_cast<Y*>(y.data()), e[0], e[1], e[2], direction, 0.5);
  });
  if (!x.Unchanged()) Die(*call, "changed its input");
  if (status != NUMRS_OK && status != NUMRS_CANCELLED && !y.Unchanged())
    Die(*call, "changed its output and returned an error");
}

NUMRS_FUZZ(numrs_fft, 30, [](Call* c, Input* in) { ViewCall(c, in, kComplex); });
NUMRS_FUZZ(numrs_rfft, 20, [](Call* c, Input* in) { ViewCall(c, in, kFromReal); });
NUMRS_FUZZ(numrs_irfft, 20, [](Call* c, Input* in) { ViewCall(c, in, kToReal); });
NUMRS_FUZZ(numrs_fft_c64, 5, [](Call* c, Input* in) { RawCall(c, in, kComplex, numrs_fft_c64); });
NUMRS_FUZZ(numrs_fft_c128, 5, [](Call* c, Input* in) { RawCall(c, in, kComplex, numrs_fft_c128); });
NUMRS_FUZZ(numrs_rfft_f32, 5, [](Call* c, Input* in) { RawCall(c, in, kFromReal, numrs_rfft_f32); });
NUMRS_FUZZ(numrs_rfft_f64, 5, [](Call* c, Input* in) { RawCall(c, in, kFromReal, numrs_rfft_f64); });
NUMRS_FUZZ(numrs_irfft_f32, 5, [](Call* c, Input* in) { RawCall(c, in, kToReal, numrs_irfft_f32); });
NUMRS_FUZZ(numrs_irfft_f64, 5, [](Call* c, Input* in) { RawCall(c, in, kToReal, numrs_irfft_f64); });

}  // namespace
}  // namespace fuzz
