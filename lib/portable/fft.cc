// Fourier transforms by backend cpu-portable: the textbook's recursion over the prime factors, Bluestein's convolution
// for large ones, all in float64. Independent of the plans and passes of backend "cpu".
#include <cmath>

#include "core/fft_tables.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

struct Complex {
  double re, im;
};
Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
Complex operator*(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
Complex Conjugate(Complex a) { return {a.re, -a.im}; }

constexpr int64_t kLargestFactor = 50;  // above, a convolution is less work than a sum for every element

int64_t LargestFactor(int64_t n) {
  int64_t largest = 1;
  for (int64_t p = 2; p * p <= n; p++) {
    for (; n % p == 0; n /= p) largest = p;
  }
  return n > 1 ? n : largest;
}
bool Convolves(int64_t n) { return n > kLargestFactor && LargestFactor(n) > kLargestFactor; }
int64_t ConvolutionLength(int64_t n) {
  int64_t length = 1;
  while (length < 2 * n - 1) length *= 2;
  return length;
}

// exp(-2 pi i k / n), exact where it is 1, -1, i or -i.
Complex Root(int64_t k, int64_t n) {
  if (4 * k % n == 0) {
    static constexpr Complex kAxes[] = {{1, 0}, {0, -1}, {-1, 0}, {0, 1}};
    return kAxes[4 * k / n % 4];
  }
  const long double angle =
      -6.283185307179586476925286766559005768L * static_cast<long double>(k) / static_cast<long double>(n);
  return {static_cast<double>(std::cos(angle)), static_cast<double>(std::sin(angle))};
}

// y = transform of x[0], x[step] … (n of them). roots: those of n * step. y is apart from x.
void Recurse(const Complex* x, int64_t step, Complex* y, int64_t n, const Complex* roots) {
  if (n == 1) {
    y[0] = x[0];
    return;
  }
  int64_t r = 2;
  while (n % r != 0) r++;
  const int64_t m = n / r;
  for (int64_t k = 0; k < r; k++) Recurse(x + k * step, step * r, y + k * m, m, roots);
  Complex part[kLargestFactor];
  for (int64_t p = 0; p < m; p++) {
    for (int64_t k = 0; k < r; k++) part[k] = k == 0 ? y[p] : y[k * m + p] * roots[k * p * step];
    for (int64_t j = 0; j < r; j++) {
      Complex sum = part[0];
      for (int64_t k = 1; k < r; k++) sum = sum + part[k] * roots[j * k % r * m * step];
      y[j * m + p] = sum;
    }
  }
}

// Memory of a transform of n: the line, its transform, roots; of a convolution its two lines, filter and chirp.
struct Memory {
  Complex *x, *y, *roots, *chirp, *filter, *a, *b, *long_roots;
  size_t bytes;
  Memory(int64_t n, void* memory) {
    Complex* base = static_cast<Complex*>(memory);
    size_t used = 0;
    const auto take = [&](int64_t count) {
      Complex* at = base + used;
      used += static_cast<size_t>(count);
      return at;
    };
    const int64_t length = Convolves(n) ? ConvolutionLength(n) : 0;
    x = take(n + 1);
    y = take(n + 1);
    roots = take(length ? 0 : n);
    chirp = take(length ? n : 0);
    filter = take(length);
    a = take(length);
    b = take(length);
    long_roots = take(length);
    bytes = used * sizeof(Complex);
  }
};

// The tables for n.
void Prepare(int64_t n, const Memory& m) {
  if (!Convolves(n)) {
    for (int64_t k = 0; k < n; k++) m.roots[k] = Root(k, n);
    return;
  }
  const int64_t length = ConvolutionLength(n);
  for (int64_t k = 0; k < length; k++) m.long_roots[k] = Root(k, length);
  int64_t square = 0;  // j j modulo 2 n
  for (int64_t j = 0; j < n; j++) {
    m.chirp[j] = Root(square, 2 * n);
    square = (square + 2 * j + 1) % (2 * n);
  }
  for (int64_t j = 0; j < length; j++) m.a[j] = {0, 0};
  for (int64_t j = 0; j < n; j++) m.a[j] = m.a[(length - j) % length] = Conjugate(m.chirp[j]);
  Recurse(m.a, 1, m.filter, length, m.long_roots);
}

// m.y = transform of m.x.
void Transform(int64_t n, const Memory& m) {
  if (!Convolves(n)) return Recurse(m.x, 1, m.y, n, m.roots);
  const int64_t length = ConvolutionLength(n);
  for (int64_t j = 0; j < length; j++) m.a[j] = j < n ? m.x[j] * m.chirp[j] : Complex{0, 0};
  Recurse(m.a, 1, m.b, length, m.long_roots);
  for (int64_t j = 0; j < length; j++) m.a[j] = Conjugate(m.b[j] * m.filter[j]);
  Recurse(m.a, 1, m.b, length, m.long_roots);
  const double scale = 1 / static_cast<double>(length);
  for (int64_t j = 0; j < n; j++) {
    const Complex c = Conjugate(m.b[j]) * m.chirp[j];
    m.y[j] = {c.re * scale, c.im * scale};
  }
}

template <typename T>
void Lines(const FftBlock& block) {
  const int64_t n = block.n, half = n / 2 + 1;
  const Memory m(n, block.scratch);
  Prepare(n, m);
  for (int64_t l = 0; l < block.lines; l++) {
    const char* from = block.x + l * block.x_lane;
    char* to = block.y + l * block.y_lane;
    const int64_t wanted = block.kind == kFftToReal ? half : n, there = block.n_in < wanted ? block.n_in : wanted;
    for (int64_t j = 0; j < wanted; j++) {
      m.x[j] = {0, 0};
      if (j >= there) continue;
      m.x[j].re = static_cast<double>(Load<T>(from + j * block.x_step, 0));
      if (block.kind != kFftFromReal) m.x[j].im = static_cast<double>(Load<T>(from + j * block.x_step, 1));
      if (block.backward) m.x[j].im = -m.x[j].im;
    }
    if (block.kind == kFftToReal) {  // the rest of a line whose transform is real
      m.x[0].im = 0;
      if (n % 2 == 0) m.x[n / 2].im = 0;
      for (int64_t j = half; j < n; j++) m.x[j] = Conjugate(m.x[n - j]);
    }
    Transform(n, m);
    if (block.kind == kFftFromReal) {
      m.y[0].im = 0;
      if (n % 2 == 0) m.y[n / 2].im = 0;
    }
    for (int64_t j = 0; j < (block.kind == kFftFromReal ? half : n); j++) {
      const Complex v = block.backward ? Conjugate(m.y[j]) : m.y[j];
      Store<T>(to + j * block.y_step, 0, static_cast<T>(v.re * block.scale));
      if (block.kind != kFftToReal) Store<T>(to + j * block.y_step, 1, static_cast<T>(v.im * block.scale));
    }
  }
}

size_t Scratch(const FftBlock& block) { return Memory(block.n, nullptr).bytes; }

}  // namespace

const FftTable* Fft() {
  static const FftTable table = [] {
    FftTable t{};
    t.uses_plans = [] { return int32_t{0}; };
    t.lines[0] = Lines<float>;
    t.lines[1] = Lines<double>;
    t.scratch[0] = t.scratch[1] = Scratch;
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
