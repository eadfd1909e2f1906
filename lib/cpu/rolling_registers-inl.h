// Order statistics of short moving windows: the sorted window in AVX-512 registers. Included by rolling_order.cc, once
// per instruction set.

#if HWY_TARGET == HWY_AVX3

constexpr int64_t kRegisterWindow = 64;

// kRegisters * 8 values in order; what is not there is +inf at the end.
template <int kRegisters>
struct SortedRegisters {
  __m512d c[kRegisters];

  HWY_INLINE void Clear() {
    for (__m512d& v : c) v = _mm512_set1_pd(kRollingInfinity);
  }
  static HWY_INLINE __m512d Up(__m512d low, __m512d high) {  // high's values one place up
    return _mm512_castsi512_pd(_mm512_alignr_epi64(_mm512_castpd_si512(high), _mm512_castpd_si512(low), 7));
  }
  static HWY_INLINE __m512d Down(__m512d low, __m512d high) {
    return _mm512_castsi512_pd(_mm512_alignr_epi64(_mm512_castpd_si512(high), _mm512_castpd_si512(low), 1));
  }
  // Takes `old` out, where it is a number, and puts `value` in; +inf puts nothing in.
  HWY_INLINE void Replace(double old, double value) {
    const __m512d top = _mm512_set1_pd(kRollingInfinity), out = _mm512_set1_pd(old), in = _mm512_set1_pd(value);
    __m512d d[kRegisters];
    for (int k = 0; k < kRegisters; k++) {
      const __mmask8 behind = _mm512_cmp_pd_mask(c[k], out, _CMP_GE_OQ);
      d[k] = _mm512_mask_mov_pd(c[k], behind, Down(c[k], k + 1 < kRegisters ? c[k + 1] : top));
    }
    const __m512d bottom = _mm512_set1_pd(-kRollingInfinity);
    for (int k = 0; k < kRegisters; k++) c[k] = _mm512_min_pd(d[k], _mm512_max_pd(in, Up(k ? d[k - 1] : bottom, d[k])));
  }
  HWY_INLINE void Store(double* v) const {
    for (int k = 0; k < kRegisters; k++) _mm512_store_pd(v + 8 * k, c[k]);
  }
};

// The least distance from the median within which `near` of the n values lie: an interval of them, so the least over
// all intervals of its farther end's distance.
HWY_INLINE double Nearest(const double* v, int64_t n, int64_t near, double median) {
  const __m512d m = _mm512_set1_pd(median), top = _mm512_set1_pd(kRollingInfinity);
  __m512d least = top;
  for (int64_t low = 0; low + near <= n; low += 8) {
    const __m512d a = _mm512_sub_pd(m, _mm512_loadu_pd(v + low));
    const __m512d b = _mm512_sub_pd(_mm512_loadu_pd(v + low + near - 1), m);
    const int64_t left = n - near - low + 1;
    const __mmask8 there = left >= 8 ? 0xFF : static_cast<__mmask8>((1u << left) - 1);
    least = _mm512_mask_min_pd(least, there, least, _mm512_max_pd(a, b));
  }
  return _mm512_reduce_min_pd(least);
}

template <RollingOp kOp, int kRegisters>
void RegisterWindows(const RollingWindows& w) {
  const RollingParameters& p = *w.p;
  const int64_t window = p.window;
  SortedRegisters<kRegisters> sorted;
  sorted.Clear();
  alignas(64) double v[kRegisters * 8 + 72];
  for (double& x : v) x = kRollingInfinity;
  int64_t n = 0, placed_n = -1;
  ops::QuantilePlace place{0, 0};
  for (int64_t i = 0; i < window - 1; i++) {
    const double x = w.x[i];
    n += x == x;
    sorted.Replace(kRollingNaN, x == x ? x + 0.0 : kRollingInfinity);
  }
  double old = kRollingNaN;
  for (int64_t i = 0; i < w.windows; i++) {
    const double x = w.x[i + window - 1];
    n += (x == x) - (old == old);
    sorted.Replace(old, x == x ? x + 0.0 : kRollingInfinity);
    old = w.x[i];
    sorted.Store(v);
    if (n < p.min_periods || n < 1) {
      w.y[i] = kRollingNaN;
      continue;
    }
    double y;
    if (kOp == kRolling_quantile) {
      if (n != placed_n) {
        place = ops::PlaceOfQuantile(p.q, n, p.method);
        placed_n = n;
      }
      y = place.part == 0 ? v[place.low] : ops::Between(v[place.low], v[place.low + 1], place.part);
    } else {
      const double low = v[(n - 1) / 2];
      const double median = n % 2 ? low : ops::Middle(low, v[n / 2]);
      y = median;
      if (kOp != kRolling_median) {
        double mad = kRollingNaN;
        if (std::fabs(median) < kRollingInfinity) {
          mad = Nearest(v, n, (n + 1) / 2, median);
          if (n % 2 == 0) mad = ops::Middle(mad, Nearest(v, n, n / 2 + 1, median));
        }
        mad *= p.scale;
        y = kOp == kRolling_mad ? mad : (w.current[i] - median) / mad;
      }
    }
    w.y[i] = ops::OneNaN(y);
  }
}

// Serves short windows without explicit bounds.
template <RollingOp kOp>
bool InRegisters(const RollingWindows& w) {
  if (w.starts || w.p->window > kRegisterWindow) return false;
  switch ((w.p->window + 7) / 8) {
    case 1:
      return RegisterWindows<kOp, 1>(w), true;
    case 2:
      return RegisterWindows<kOp, 2>(w), true;
    case 3:
      return RegisterWindows<kOp, 3>(w), true;
    case 4:
      return RegisterWindows<kOp, 4>(w), true;
    case 5:
      return RegisterWindows<kOp, 5>(w), true;
    case 6:
      return RegisterWindows<kOp, 6>(w), true;
    case 7:
      return RegisterWindows<kOp, 7>(w), true;
    default:
      return RegisterWindows<kOp, 8>(w), true;
  }
}

#else

template <RollingOp kOp>
bool InRegisters(const RollingWindows&) {
  return false;
}

#endif
