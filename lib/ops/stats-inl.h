// What the statistics of lines compute. Included once per instruction set, inside its namespace, after
// core/stats_tables.h and cmath: plain loops over 32 lanes that the compiler turns into vectors, one order of
// evaluation for all. Sums follow the fixed tree of core/reduce_tables.h.

// sums[s] = sum over i < n of what terms(i, t) writes to t[s].
template <int kSums, class Terms>
void TreeSums(int64_t n, const Terms& terms, double* sums) {
  double stack[56][kSums];
  int top = 0;
  for (int64_t block = 0, begin = 0; begin < n || block == 0; block++, begin += kReduceBlock) {
    const int64_t end = n - begin < kReduceBlock ? n : begin + kReduceBlock;
    double lanes[kSums][kReduceLanes];
    for (int s = 0; s < kSums; s++) {
      for (int64_t l = 0; l < kReduceLanes; l++) lanes[s][l] = -0.0;
    }
    int64_t i = begin;
    for (; i + kReduceLanes <= end; i += kReduceLanes) {
      for (int64_t l = 0; l < kReduceLanes; l++) {
        double t[kSums];
        terms(i + l, t);
        for (int s = 0; s < kSums; s++) lanes[s][l] += t[s];
      }
    }
    for (int64_t l = 0; i + l < end; l++) {
      double t[kSums];
      terms(i + l, t);
      for (int s = 0; s < kSums; s++) lanes[s][l] += t[s];
    }
    for (int64_t half = kReduceLanes / 2; half > 0; half /= 2) {
      for (int s = 0; s < kSums; s++) {
        for (int64_t l = 0; l < half; l++) lanes[s][l] += lanes[s][l + half];
      }
    }
    for (int64_t carry = block; carry & 1; carry >>= 1) {
      top--;
      for (int s = 0; s < kSums; s++) lanes[s][0] = stack[top][s] + lanes[s][0];
    }
    for (int s = 0; s < kSums; s++) stack[top][s] = lanes[s][0];
    top++;
  }
  while (top > 1) {
    top--;
    for (int s = 0; s < kSums; s++) stack[top - 1][s] += stack[top][s];
  }
  for (int s = 0; s < kSums; s++) sums[s] = stack[0][s];
}

inline double StatNaN() { return __builtin_nan(""); }

inline double LineMean(const double* x, int64_t n) {
  double sum;
  TreeSums<1>(n, [=](int64_t i, double* t) { t[0] = x[i]; }, &sum);
  return sum / static_cast<double>(n);
}

// Mean and central moments up to kOrder. The deviations are taken from the rounded mean; what that leaves (d, their own
// mean) is put right in the moments.
template <int kOrder>
struct CentralMoments {
  double mean, m[kOrder + 1];
};
template <int kOrder>
CentralMoments<kOrder> MomentsOf(const double* x, int64_t n) {
  const double count = static_cast<double>(n), mean = LineMean(x, n);
  double s[kOrder];
  TreeSums<kOrder>(
      n,
      [=](int64_t i, double* t) {
        t[0] = x[i] - mean;
        for (int k = 1; k < kOrder; k++) t[k] = t[k - 1] * t[0];
      },
      s);
  for (double& v : s) v /= count;
  const double d = s[0];
  CentralMoments<kOrder> c{mean + d, {1, 0}};
  if constexpr (kOrder >= 2) c.m[2] = s[1] - d * d > 0 || s[1] != s[1] ? s[1] - d * d : 0;
  if constexpr (kOrder >= 3) c.m[3] = s[2] - 3 * d * s[1] + 2 * d * d * d;
  if constexpr (kOrder >= 4) c.m[4] = s[3] - 4 * d * s[2] + 6 * d * d * s[1] - 3 * d * d * d * d;
  return c;
}

// Deviations of rounding size: the line is constant, its shape is not defined (SciPy's rule).
template <class Moments>
bool IsConstant(const Moments& c) {
  const double least = 0x1p-52 * c.mean;
  return c.m[2] <= least * least;
}

inline double SkewOf(const CentralMoments<4>& c, int64_t count, bool bias) {
  const double n = static_cast<double>(count);
  if (count == 0 || IsConstant(c)) return StatNaN();
  const double g = c.m[3] / (c.m[2] * __builtin_sqrt(c.m[2]));
  return bias || count < 3 ? g : g * (__builtin_sqrt((n - 1) * n) / (n - 2));
}
inline double KurtosisOf(const CentralMoments<4>& c, int64_t count, bool bias, bool fisher) {
  const double n = static_cast<double>(count);
  if (count == 0 || IsConstant(c)) return StatNaN();
  double k = c.m[4] / (c.m[2] * c.m[2]);
  if (!bias && count > 3) k = ((n * n - 1) * k - 3 * (n - 1) * (n - 1)) / ((n - 2) * (n - 3)) + 3;
  return fisher ? k - 3 : k;
}
inline double VarianceOf(double m2, int64_t n, double correction) {
  const double divisor = static_cast<double>(n) - correction;
  return n == 0 ? StatNaN() : m2 * static_cast<double>(n) / (divisor > 0 ? divisor : 0.0);
}

inline bool AnyNaN(const double* x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += x[i] == x[i] ? 0.0 : 1.0;
  return sum != 0;
}
inline void CopyLine(const double* x, int64_t n, double* to) {
  for (int64_t i = 0; i < n; i++) to[i] = x[i];
}

// Order statistics of room, which is reordered. No element is NaN, n > 0.
struct Selector {
  double* room;
  int64_t n;
  const StatsTable* tools;

  double At(int64_t k) const {
    tools->select(room, n, k);
    return room[k];
  }
  double Median() const {
    const double upper = At(n / 2);
    if (n % 2) return upper + 0.0;
    double lower = room[0];
    for (int64_t i = 1; i < n / 2; i++) lower = room[i] > lower ? room[i] : lower;
    return ops::Middle(lower, upper) + 0.0;
  }
  // NumPy's method linear.
  double Quantile(double q) const {
    const double place = q * static_cast<double>(n - 1);
    const int64_t k = static_cast<int64_t>(place);
    const double lower = At(k), part = place - static_cast<double>(k);
    if (part == 0 || k + 1 >= n) return lower + 0.0;
    double upper = room[k + 1];
    for (int64_t i = k + 2; i < n; i++) upper = room[i] < upper ? room[i] : upper;
    return ops::Between(lower, upper, part) + 0.0;
  }
};

// Median and median of the distances from it (not scaled).
struct Centre {
  double median, mad;
};
inline Centre CentreOf(const StatLine& s) {
  const Selector selector{s.scratch, s.n, s.tools};
  CopyLine(s.x, s.n, s.scratch);
  const double median = selector.Median();
  for (int64_t i = 0; i < s.n; i++) {
    const double distance = __builtin_fabs(s.x[i] - median);
    s.scratch[i] = distance == distance ? distance : 0;  // an infinity from itself
  }
  return {median, selector.Median()};
}

struct Skew {
  static void Line(const StatLine& s) { *s.out = SkewOf(MomentsOf<4>(s.x, s.n), s.n, s.parameters[0] != 0); }
};
struct Kurtosis {
  static void Line(const StatLine& s) {
    *s.out = KurtosisOf(MomentsOf<4>(s.x, s.n), s.n, s.parameters[0] != 0, s.parameters[1] != 0);
  }
};
struct Moment {
  static void Line(const StatLine& s) {
    const int order = static_cast<int>(s.parameters[0]);
    const double *x = s.x, mean = MomentsOf<1>(x, s.n).mean;
    if (order < 2 || s.n == 0 || mean != mean) {
      *s.out = s.n == 0 || mean != mean ? StatNaN() : order == 0 ? 1 : 0;
      return;
    }
    double sum;
    TreeSums<1>(
        s.n,
        [=](int64_t i, double* t) {
          const double d = x[i] - mean;
          double power = d;
          for (int k = 1; k < order; k++) power *= d;
          t[0] = power;
        },
        &sum);
    *s.out = sum / static_cast<double>(s.n);
  }
};
struct GeometricMean {
  static void Line(const StatLine& s) {
    s.tools->log(s.x, s.scratch, s.n);
    const double mean = LineMean(s.scratch, s.n);
    s.tools->exp(&mean, s.out, 1);
  }
};
struct HarmonicMean {
  static void Line(const StatLine& s) {
    const double* x = s.x;
    double sums[2];
    TreeSums<2>(
        s.n,
        [=](int64_t i, double* t) {
          t[0] = 1 / x[i];
          t[1] = x[i] < 0 ? 1 : 0;
        },
        sums);
    *s.out = s.n == 0 || sums[1] != 0 ? StatNaN() : static_cast<double>(s.n) / __builtin_fabs(sums[0]);
  }
};
struct StandardError {
  static void Line(const StatLine& s) {
    const double variance = VarianceOf(MomentsOf<2>(s.x, s.n).m[2], s.n, s.parameters[0]);
    *s.out = __builtin_sqrt(variance / static_cast<double>(s.n));
  }
};
struct ZScore {
  static void Line(const StatLine& s) {
    const CentralMoments<2> c = MomentsOf<2>(s.x, s.n);
    const double deviation = IsConstant(c) ? StatNaN() : __builtin_sqrt(VarianceOf(c.m[2], s.n, s.parameters[0]));
    for (int64_t i = 0; i < s.n; i++) s.out[i] = (s.x[i] - c.mean) / deviation;
  }
};

// The mean without the lowest and the highest int(p n) elements; what lies between is added in the line's order.
struct TrimMean {
  static void Line(const StatLine& s) {
    const int64_t n = s.n, cut = static_cast<int64_t>(s.parameters[0] * static_cast<double>(n));
    if (n == 0 || n <= 2 * cut || AnyNaN(s.x, n)) {
      *s.out = StatNaN();
      return;
    }
    CopyLine(s.x, n, s.scratch);
    const Selector selector{s.scratch, n, s.tools};
    const double low = selector.At(cut), high = selector.At(n - 1 - cut);
    if (low == high) {
      *s.out = low;
      return;
    }
    const double* x = s.x;
    double sums[3];  // between, below or equal to low, above or equal to high
    TreeSums<3>(
        n,
        [=](int64_t i, double* t) {
          t[0] = x[i] > low && x[i] < high ? x[i] : -0.0;
          t[1] = x[i] <= low ? 1 : 0;
          t[2] = x[i] >= high ? 1 : 0;
        },
        sums);
    const double c = static_cast<double>(cut);
    const double lows = sums[1] > c ? low * (sums[1] - c) : 0, highs = sums[2] > c ? high * (sums[2] - c) : 0;
    *s.out = (sums[0] + lows + highs) / static_cast<double>(n - 2 * cut);
  }
};
struct RobustZScore {
  static void Line(const StatLine& s) {
    Centre c{StatNaN(), 0};
    if (s.n && !AnyNaN(s.x, s.n)) c = CentreOf(s);
    const double scale = c.mad / 0.6744897501960817;
    for (int64_t i = 0; i < s.n; i++) s.out[i] = (s.x[i] - c.median) / scale;
  }
};
struct Winsorize {
  static void Line(const StatLine& s) {
    const int64_t n = s.n;
    if (n == 0) return;
    const double count = static_cast<double>(n);
    int64_t first = static_cast<int64_t>(s.parameters[0] * count),
            last = n - 1 - static_cast<int64_t>(s.parameters[1] * count);
    first = first < n - 1 ? first : n - 1;
    last = last > first ? last : first;
    double low = StatNaN(), high = StatNaN();
    if (!AnyNaN(s.x, n)) {
      CopyLine(s.x, n, s.scratch);
      const Selector selector{s.scratch, n, s.tools};
      low = selector.At(first);
      high = selector.At(last);
    }
    for (int64_t i = 0; i < n; i++) {
      const double v = s.x[i] < low ? low : s.x[i];
      s.out[i] = low != low ? low : v > high ? high : v;
    }
  }
};
// Bounds within which nothing lies further than low or high standard deviations from the mean of what lies within.
struct SigmaClip {
  static void Line(const StatLine& s) {
    int64_t n = s.n, before = n + 1;
    CopyLine(s.x, n, s.scratch);
    s.out[0] = s.out[1] = StatNaN();
    while (n > 0 && n != before) {
      const CentralMoments<2> c = MomentsOf<2>(s.scratch, n);
      const double deviation = __builtin_sqrt(c.m[2]);
      const double low = c.mean - deviation * s.parameters[0], high = c.mean + deviation * s.parameters[1];
      s.out[0] = low;
      s.out[1] = high;
      before = n;
      n = 0;
      for (int64_t i = 0; i < before; i++) {
        const double v = s.scratch[i];
        if (v >= low && v <= high) s.scratch[n++] = v;
      }
    }
  }
};
// Beers, Flynn and Gebhardt (1990), with the names of astropy.stats.
struct BiweightLocation {
  static void Line(const StatLine& s) {
    if (s.n == 0 || AnyNaN(s.x, s.n)) {
      *s.out = StatNaN();
      return;
    }
    const Centre centre = CentreOf(s);
    const double *x = s.x, width = s.parameters[0] * centre.mad;
    if (centre.mad == 0) {
      *s.out = centre.median;
      return;
    }
    double sums[2];
    TreeSums<2>(
        s.n,
        [=](int64_t i, double* t) {
          const double d = x[i] - centre.median, u = d / width, v = 1 - u * u, weight = u * u < 1 ? v * v : 0;
          t[0] = weight == 0 ? 0 : d * weight;
          t[1] = weight;
        },
        sums);
    *s.out = centre.median + sums[0] / sums[1];
  }
};
struct BiweightScale {
  static void Line(const StatLine& s) {
    if (s.n == 0 || AnyNaN(s.x, s.n)) {
      *s.out = StatNaN();
      return;
    }
    const Centre centre = CentreOf(s);
    const double *x = s.x, width = s.parameters[0] * centre.mad;
    if (centre.mad == 0) {
      *s.out = 0;
      return;
    }
    double sums[2];
    TreeSums<2>(
        s.n,
        [=](int64_t i, double* t) {
          const double d = x[i] - centre.median, u = d / width, v = 1 - u * u;
          const bool inside = u * u < 1;
          t[0] = inside ? d * d * (v * v) * (v * v) : 0;
          t[1] = inside ? v * (1 - 5 * (u * u)) : 0;
        },
        sums);
    *s.out = __builtin_sqrt(static_cast<double>(s.n) * sums[0]) / __builtin_fabs(sums[1]);
  }
};
// y[i] = x[i - periods]; NaN where there is none.
struct Lag {
  static void Line(const StatLine& s) {
    const int64_t by = static_cast<int64_t>(s.parameters[0]);
    for (int64_t i = 0; i < s.n; i++) s.out[i] = i - by >= 0 && i - by < s.n ? s.x[i - by] : StatNaN();
  }
};
struct PercentChange {
  static void Line(const StatLine& s) {
    const int64_t by = static_cast<int64_t>(s.parameters[0]);
    for (int64_t i = 0; i < s.n; i++) {
      const double before = i - by >= 0 && i - by < s.n ? s.x[i - by] : StatNaN();
      s.out[i] = s.x[i] / before - 1;
    }
  }
};
// NaN becomes the last number before it, at most `limit` in a row (0: any number).
struct FillForward {
  static void Line(const StatLine& s) {
    const double limit = s.parameters[0];
    double last = StatNaN(), run = 0;
    for (int64_t i = 0; i < s.n; i++) {
      const bool number = s.x[i] == s.x[i];
      run = number ? 0 : run + 1;
      last = number ? s.x[i] : last;
      s.out[i] = limit == 0 || run <= limit ? last : s.x[i];
    }
  }
};
struct FillBackward {
  static void Line(const StatLine& s) {
    const double limit = s.parameters[0];
    double next = StatNaN(), run = 0;
    for (int64_t i = s.n - 1; i >= 0; i--) {
      const bool number = s.x[i] == s.x[i];
      run = number ? 0 : run + 1;
      next = number ? s.x[i] : next;
      s.out[i] = limit == 0 || run <= limit ? next : s.x[i];
    }
  }
};
// count, mean, std, min, 25 %, 50 %, 75 %, max, skew, kurtosis.
struct Describe {
  static void Line(const StatLine& s) {
    const int64_t n = s.n;
    const CentralMoments<4> c = MomentsOf<4>(s.x, n);
    double* y = s.out;
    y[0] = static_cast<double>(n);
    y[1] = c.mean;
    y[2] = __builtin_sqrt(VarianceOf(c.m[2], n, s.parameters[0]));
    y[8] = SkewOf(c, n, true);
    y[9] = KurtosisOf(c, n, true, true);
    if (n == 0 || AnyNaN(s.x, n)) {
      for (int k = 3; k < 8; k++) y[k] = StatNaN();
      return;
    }
    CopyLine(s.x, n, s.scratch);
    const Selector selector{s.scratch, n, s.tools};
    y[3] = selector.At(0);
    y[4] = selector.Quantile(0.25);
    y[5] = selector.Median();
    y[6] = selector.Quantile(0.75);
    y[7] = selector.At(n - 1);
  }
};

// Sums of squares and products of the deviations.
struct JointMoments {
  double xx, yy, xy;
};
inline JointMoments JointOf(const double* x, const double* y, int64_t n) {
  const double count = static_cast<double>(n), mean_x = LineMean(x, n), mean_y = LineMean(y, n);
  double s[5];
  TreeSums<5>(
      n,
      [=](int64_t i, double* t) {
        const double a = x[i] - mean_x, b = y[i] - mean_y;
        t[0] = a;
        t[1] = b;
        t[2] = a * a;
        t[3] = b * b;
        t[4] = a * b;
      },
      s);
  return {s[2] - s[0] * s[0] / count, s[3] - s[1] * s[1] / count, s[4] - s[0] * s[1] / count};
}
struct Covariance {
  static void Line(const StatLine& s) {
    *s.out =
        s.n == 0 ? StatNaN() : VarianceOf(JointOf(s.x, s.x2, s.n).xy / static_cast<double>(s.n), s.n, s.parameters[0]);
  }
};
inline double CorrelationOf(const double* x, const double* y, int64_t n) {
  const JointMoments j = JointOf(x, y, n);
  const double product = j.xx * j.yy;  // one rounding less where it stays in range
  const bool within = product > 1e-290 && product < 1e290;
  const double r = j.xy / (within ? __builtin_sqrt(product) : __builtin_sqrt(j.xx) * __builtin_sqrt(j.yy));
  return j.xx > 0 && j.yy > 0 ? (r > 1 ? 1 : r < -1 ? -1 : r) : StatNaN();
}
struct Correlation {
  static void Line(const StatLine& s) { *s.out = CorrelationOf(s.x, s.x2, s.n); }
};
struct Spearman {
  static void Line(const StatLine& s) {
    if (s.n == 0 || AnyNaN(s.x, s.n) || AnyNaN(s.x2, s.n)) {
      *s.out = StatNaN();
      return;
    }
    double *a = s.scratch, *b = a + s.n, *room = b + s.n;
    s.tools->rank(s.x, s.n, a, room);
    s.tools->rank(s.x2, s.n, b, room);
    *s.out = CorrelationOf(a, b, s.n);
  }
};
struct Kendall {
  static void Line(const StatLine& s) {
    *s.out =
        s.n == 0 || AnyNaN(s.x, s.n) || AnyNaN(s.x2, s.n) ? StatNaN() : s.tools->kendall(s.x, s.x2, s.n, s.scratch);
  }
};
// The quantile of the standard normal distribution, by Newton's steps on a rational start (Abramowitz and
// Stegun 26.2.23).
inline double NormalQuantile(double p) {
  const double tail = p < 0.5 ? p : 1 - p, t = __builtin_sqrt(-2 * std::log(tail));
  double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int k = 0; k < 4; k++) {
    const double density = 0.3989422804014327 * std::exp(-0.5 * z * z);
    z += (0.5 * std::erfc(z * 0.7071067811865476) - tail) / density;
  }
  return p < 0.5 ? -z : z;
}
// Slopes of y (x) over all pairs of points whose x2 (the abscissae) differ: their median, and bounds after Sen (1968),
// with the names and the rounding of scipy.stats.theilslopes.
struct TheilSlopes {
  static void Line(const StatLine& s) {
    const double *y = s.x, *x = s.x2;
    const int64_t n = s.n;
    for (int k = 0; k < 4; k++) s.out[k] = StatNaN();
    if (n == 0 || AnyNaN(x, n) || AnyNaN(y, n)) return;
    double* slopes = s.scratch;
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++) {
      for (int64_t j = i + 1; j < n; j++) {
        if (x[i] != x[j]) slopes[m++] = (y[j] - y[i]) / (x[j] - x[i]) + 0.0;  // one zero
      }
    }
    if (m == 0 || AnyNaN(slopes, m)) return;
    const Selector selector{slopes, m, s.tools};
    const double slope = selector.Median();
    const double alpha = s.parameters[0] > 0.5 ? 1 - s.parameters[0] : s.parameters[0];
    double ties = 0;
    for (const double* v : {x, y}) {
      double* ranks = slopes + m;  // 2 n doubles stand behind the pairs
      CopyLine(v, n, ranks);
      for (int64_t i = 0; i < n; i++) {  // every element counts the size of its tie: sum of k (k - 1) (2 k + 5) / k
        double equal = 0;
        for (int64_t j = 0; j < n; j++) equal += ranks[j] == ranks[i] ? 1 : 0;
        ties += (equal - 1) * (2 * equal + 5);
      }
    }
    const double count = static_cast<double>(n), pairs = static_cast<double>(m);
    const double sigma = __builtin_sqrt((count * (count - 1) * (2 * count + 5) - ties) / 18);
    const double z = NormalQuantile(alpha / 2), wide = z * sigma;
    const double half = wide > -pairs ? wide : -pairs;  // also where all are tied: 0 times infinity
    const int64_t upper = static_cast<int64_t>(std::nearbyint((pairs - half) / 2));
    const int64_t lower = static_cast<int64_t>(std::nearbyint((pairs + half) / 2)) - 1;
    s.out[0] = slope;
    s.out[2] = selector.At(lower > 0 ? (lower < m ? lower : m - 1) : 0);
    s.out[3] = selector.At(upper < m ? (upper > 0 ? upper : 0) : m - 1);
    CopyLine(y, n, slopes);
    const double median_y = Selector{slopes, n, s.tools}.Median();
    CopyLine(x, n, slopes);
    s.out[1] = median_y - slope * Selector{slopes, n, s.tools}.Median();
  }
};
