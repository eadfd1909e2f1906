// Fourier transforms: both backends and every instruction set against a sum in long double, for all short lengths,
// primes and products; real lines, strides, in place; the same bits alone and in a batch, for threads and instruction
// sets.
#include "numrs/fft.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <random>
#include <vector>

#include "catch.h"
#include "core/fft_plan.h"
#include "core/fft_roots.h"
#include "core/memory.h"
#include "core/threads.h"
#include "kernels.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

template <typename T>
struct Types;
template <>
struct Types<float> {
  using Raw = numrs_c64;
  static constexpr int32_t kReal = NUMRS_F32, kComplex = NUMRS_C64;
  static constexpr auto kFft = numrs_fft_c64;
  static constexpr auto kRfft = numrs_rfft_f32;
  static constexpr auto kIrfft = numrs_irfft_f32;
};
template <>
struct Types<double> {
  using Raw = numrs_c128;
  static constexpr int32_t kReal = NUMRS_F64, kComplex = NUMRS_C128;
  static constexpr auto kFft = numrs_fft_c128;
  static constexpr auto kRfft = numrs_rfft_f64;
  static constexpr auto kIrfft = numrs_irfft_f64;
};

template <typename T>
using Complexes = std::vector<std::complex<T>>;
using Wide = std::complex<long double>;

template <typename T>
typename Types<T>::Raw* Raw(Complexes<T>& x) {
  return reinterpret_cast<typename Types<T>::Raw*>(x.data());
}
template <typename T>
const typename Types<T>::Raw* Raw(const Complexes<T>& x) {
  return reinterpret_cast<const typename Types<T>::Raw*>(x.data());
}

template <typename T>
Complexes<T> Random(int64_t n, uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  Complexes<T> x(static_cast<size_t>(n));
  for (auto& v : x) v = {static_cast<T>(uniform(random)), static_cast<T>(uniform(random))};
  return x;
}

// The definition, in long double; roots from the C library.
template <typename T>
std::vector<Wide> Sums(const Complexes<T>& x, int sign) {
  const size_t n = x.size();
  std::vector<Wide> roots(n), y(n);
  for (size_t k = 0; k < n; k++) {
    const long double angle = static_cast<long double>(sign) * 2 * 3.14159265358979323846264338327950288L *
                              static_cast<long double>(k) / static_cast<long double>(n);
    roots[k] = {std::cos(angle), std::sin(angle)};
  }
  for (size_t k = 0; k < n; k++) {
    Wide sum = 0;
    for (size_t j = 0; j < n; j++) {
      const Wide a(x[j].real(), x[j].imag()), b = roots[j * k % n];
      sum += Wide(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
    }
    y[k] = sum;
  }
  return y;
}

// Root mean square of the error over that of the values, in units of eps * log2(n).
template <typename T, class A>
double Error(const A& got, const std::vector<Wide>& expected, size_t count) {
  long double error = 0, size = 0;
  for (size_t k = 0; k < count; k++) {
    error += std::norm(Wide(got[k].real(), got[k].imag()) - expected[k]);
    size += std::norm(expected[k]);
  }
  const double log = std::max(1.0, std::log2(static_cast<double>(expected.size())));
  if (size == 0) return error == 0 ? 0 : 1e300;
  return static_cast<double>(std::sqrt(error / size)) / (static_cast<double>(std::numeric_limits<T>::epsilon()) * log);
}

bool HasLargeFactor(int64_t n) {
  for (const int64_t p : {2, 3, 5, 7, 11, 13}) {
    while (n % p == 0) n /= p;
  }
  return n > 1;
}

template <typename T>
void CheckLength(int64_t n, const std::string& kernels, double* worst) {
  const size_t size = static_cast<size_t>(n), half = size / 2 + 1;
  const Complexes<T> x = Random<T>(n);
  const double bound = HasLargeFactor(n) ? 2.0 : 0.7;
  for (const int32_t direction : {0, 1}) {
    INFO(kernels << " n " << n << " direction " << direction << " bytes " << sizeof(T));
    const std::vector<Wide> expected = Sums(x, direction ? 1 : -1);
    Complexes<T> y(size);
    REQUIRE(Types<T>::kFft(nullptr, Raw<T>(x), Raw<T>(y), 1, n, 1, direction, 1) == NUMRS_OK);
    double error = Error<T>(y, expected, size);
    *worst = std::max(*worst, error);
    REQUIRE(error < bound);

    // Real lines: the transform of the real parts, and back.
    Complexes<T> real(size), spectrum(half);
    std::vector<T> line(size), back(size);
    for (size_t j = 0; j < size; j++) line[j] = x[j].real(), real[j] = x[j].real();
    const std::vector<Wide> of_real = Sums(real, direction ? 1 : -1);
    REQUIRE(Types<T>::kRfft(nullptr, line.data(), Raw<T>(spectrum), 1, n, 1, direction, 1) == NUMRS_OK);
    error = Error<T>(spectrum, of_real, half);
    REQUIRE(error < bound);
    REQUIRE(spectrum[0].imag() == 0);
    if (n % 2 == 0) REQUIRE(spectrum[half - 1].imag() == 0);
    spectrum[0] = {spectrum[0].real(), 77};  // is not read
    if (n % 2 == 0) spectrum[half - 1] = {spectrum[half - 1].real(), -77};
    REQUIRE(Types<T>::kIrfft(nullptr, Raw<T>(spectrum), back.data(), 1, n, 1, !direction,
                             1.0 / static_cast<double>(n)) == NUMRS_OK);
    Complexes<T> again(size);
    std::vector<Wide> wanted(size);
    for (size_t j = 0; j < size; j++) again[j] = back[j], wanted[j] = line[j];
    error = Error<T>(again, wanted, size);
    *worst = std::max(*worst, error);
    REQUIRE(error < 2 * bound);
  }
}

struct ThreadSettings {
  double threshold = ThreadThresholdNs();
  int threads = NumThreads();
  ~ThreadSettings() {
    SetThreadThresholdNs(threshold);
    SetNumThreads(threads);
  }
};

std::vector<int64_t> Lengths() {
  std::vector<int64_t> lengths;
  for (int64_t n = 1; n <= 132; n++) lengths.push_back(n);
  for (const int64_t n : {137,  143,  144,  169,  180,  192,  210,  211,  240,  243,  250,  256, 257,  343,
                          361,  384,  500,  509,  512,  577,  625,  720,  729,  768,  841,  961, 1000, 1001,
                          1009, 1024, 1155, 1280, 1331, 1536, 2000, 2021, 2048, 2187, 2310, 2401})
    lengths.push_back(n);
  return lengths;
}

}  // namespace

TEST_CASE("every length against the definition in long double", "[fft]") {
  ForEachKernels([](const std::string& kernels) {
    double worst32 = 0, worst64 = 0;
    for (const int64_t n : Lengths()) {
      CheckLength<float>(n, kernels, &worst32);
      CheckLength<double>(n, kernels, &worst64);
    }
    WARN(kernels << ": worst error " << worst32 << " (float32), " << worst64 << " (float64) eps log2 n");
  });
}

TEST_CASE("long lines against the transform in float64", "[fft]") {
  ForEachKernels([](const std::string& kernels) {
    for (const int64_t n : {4096, 6561, 10000, 10007, 16384, 30030, 65536, 65537, 98304, 1 << 18}) {
      if (kernels == "cpu-portable NONE" && n > 70000) continue;
      INFO(kernels << " n " << n);
      const size_t size = static_cast<size_t>(n);
      const Complexes<double> x = Random<double>(n);
      Complexes<double> y(size), back(size);
      REQUIRE(numrs_fft_c128(nullptr, Raw<double>(x), Raw<double>(y), 1, n, 1, 0, 1) == NUMRS_OK);
      // Some elements by the definition.
      for (const size_t k : {size_t{0}, size_t{1}, size / 3, size / 2, size - 1}) {
        Wide sum = 0;
        const long double step = -2 * 3.14159265358979323846264338327950288L / static_cast<long double>(n);
        for (size_t j = 0; j < size; j++) {
          const long double angle = step * static_cast<long double>(j * k % size);
          sum += Wide(x[j].real(), x[j].imag()) * Wide(std::cos(angle), std::sin(angle));
        }
        REQUIRE(std::abs(Wide(y[k].real(), y[k].imag()) - sum) < 2e-15L * std::sqrt(static_cast<long double>(n)) * 10);
      }
      REQUIRE(numrs_fft_c128(nullptr, Raw<double>(y), Raw<double>(back), 1, n, 1, 1, 1 / static_cast<double>(n)) ==
              NUMRS_OK);
      double worst = 0;
      for (size_t j = 0; j < size; j++) worst = std::max(worst, std::abs(back[j] - x[j]));
      REQUIRE(worst < 1e-14);
      Complexes<float> x32(size), y32(size);
      for (size_t j = 0; j < size; j++) x32[j] = {static_cast<float>(x[j].real()), static_cast<float>(x[j].imag())};
      REQUIRE(numrs_fft_c64(nullptr, Raw<float>(x32), Raw<float>(y32), 1, n, 1, 0, 1) == NUMRS_OK);
      std::vector<Wide> wide(size);
      for (size_t j = 0; j < size; j++) wide[j] = Wide(y[j].real(), y[j].imag());
      REQUIRE(Error<float>(y32, wide, size) < 2);
    }
  });
}

namespace {

// A line of n numbers alone, against the same among `lines`, behind each other and side by side.
template <typename T>
void CheckBatch(int64_t n) {
  for (const int64_t lines : {1, 3, 8, 16, 17, 40}) {
    INFO("n " << n << " lines " << lines << " bytes " << sizeof(T));
    const size_t size = static_cast<size_t>(n), count = static_cast<size_t>(lines), half = size / 2 + 1;
    const Complexes<T> x = Random<T>(n * lines);
    Complexes<T> alone(size * count), rows(size * count), columns(size * count), turned(size * count);
    std::vector<T> real(size * count), real_turned(size * count), back_rows(size * count), back_columns(size * count);
    Complexes<T> r_alone(half * count), r_rows(half * count), r_columns(half * count);
    for (size_t l = 0; l < count; l++) {
      for (size_t j = 0; j < size; j++) {
        turned[j * count + l] = x[l * size + j];
        real[l * size + j] = x[l * size + j].real();
        real_turned[j * count + l] = x[l * size + j].real();
      }
    }
    const double scale = 0.375;
    for (const int32_t direction : {0, 1}) {
      for (size_t l = 0; l < count; l++) {
        REQUIRE(Types<T>::kFft(nullptr, Raw<T>(x) + l * size, Raw<T>(alone) + l * size, 1, n, 1, direction, scale) ==
                NUMRS_OK);
        REQUIRE(Types<T>::kRfft(nullptr, real.data() + l * size, Raw<T>(r_alone) + l * half, 1, n, 1, direction,
                                scale) == NUMRS_OK);
      }
      REQUIRE(Types<T>::kFft(nullptr, Raw<T>(x), Raw<T>(rows), lines, n, 1, direction, scale) == NUMRS_OK);
      REQUIRE(std::memcmp(alone.data(), rows.data(), alone.size() * sizeof(alone[0])) == 0);
      REQUIRE(Types<T>::kFft(nullptr, Raw<T>(turned), Raw<T>(columns), 1, n, lines, direction, scale) == NUMRS_OK);
      bool same = true;
      for (size_t l = 0; l < count; l++) {
        for (size_t j = 0; j < size; j++) same &= columns[j * count + l] == alone[l * size + j];
      }
      REQUIRE(same);
      Complexes<T> in_place = x;
      REQUIRE(Types<T>::kFft(nullptr, Raw<T>(in_place), Raw<T>(in_place), lines, n, 1, direction, scale) == NUMRS_OK);
      REQUIRE(std::memcmp(alone.data(), in_place.data(), alone.size() * sizeof(alone[0])) == 0);
      in_place = turned;
      REQUIRE(Types<T>::kFft(nullptr, Raw<T>(in_place), Raw<T>(in_place), 1, n, lines, direction, scale) == NUMRS_OK);
      REQUIRE(std::memcmp(columns.data(), in_place.data(), alone.size() * sizeof(alone[0])) == 0);

      REQUIRE(Types<T>::kRfft(nullptr, real.data(), Raw<T>(r_rows), lines, n, 1, direction, scale) == NUMRS_OK);
      REQUIRE(std::memcmp(r_alone.data(), r_rows.data(), r_alone.size() * sizeof(r_alone[0])) == 0);
      REQUIRE(Types<T>::kRfft(nullptr, real_turned.data(), Raw<T>(r_columns), 1, n, lines, direction, scale) ==
              NUMRS_OK);
      same = true;
      for (size_t l = 0; l < count; l++) {
        for (size_t j = 0; j < half; j++) same &= r_columns[j * count + l] == r_alone[l * half + j];
      }
      REQUIRE(same);
      REQUIRE(Types<T>::kIrfft(nullptr, Raw<T>(r_rows), back_rows.data(), lines, n, 1, direction, scale) == NUMRS_OK);
      REQUIRE(Types<T>::kIrfft(nullptr, Raw<T>(r_columns), back_columns.data(), 1, n, lines, direction, scale) ==
              NUMRS_OK);
      same = true;
      for (size_t l = 0; l < count; l++) {
        std::vector<T> one(size);
        REQUIRE(Types<T>::kIrfft(nullptr, Raw<T>(r_rows) + l * half, one.data(), 1, n, 1, direction, scale) ==
                NUMRS_OK);
        for (size_t j = 0; j < size; j++) {
          same &= back_rows[l * size + j] == one[j];
          same &= back_columns[j * count + l] == one[j];
        }
      }
      REQUIRE(same);
    }
  }
}

}  // namespace

TEST_CASE("a line has the same bits alone and in a batch", "[fft]") {
  ForEachKernels([](const std::string& kernels) {
    INFO(kernels);
    for (const int64_t n :
         {1, 2, 3, 8, 13, 15, 17, 30, 32, 33, 36, 64, 94, 100, 121, 127, 128, 162, 200, 243, 254, 300, 509, 1024}) {
      CheckBatch<float>(n);
      CheckBatch<double>(n);
    }
  });
}

TEST_CASE("the same bits on every instruction set and for any number of threads", "[fft]") {
  const ThreadSettings restore;
  SetThreadThresholdNs(0);
  int last = 0;
  while (KernelsAt(last + 1)) last++;
  for (const int64_t n : {7, 60, 97, 128, 240, 1000, 1009, 4096, 9000, 65536, 65537}) {
    const int64_t lines = n > 5000 ? 2 : 21;
    const size_t size = static_cast<size_t>(n * lines);
    const Complexes<float> x32 = Random<float>(n * lines);
    const Complexes<double> x64 = Random<double>(n * lines);
    Complexes<float> first32(size), y32(size), real32(size);
    Complexes<double> first64(size), y64(size);
    for (int k = 0; k < last; k++) {
      REQUIRE(SetTarget(KernelsAt(k)->target) == NUMRS_OK);
      for (const int threads : {1, 2, 5}) {
        SetNumThreads(threads);
        for (const int64_t inner : {int64_t{1}, lines}) {
          const bool begin = k == 0 && threads == 1 && inner == 1;
          Complexes<float>& to32 = begin ? first32 : y32;
          Complexes<double>& to64 = begin ? first64 : y64;
          std::fill(y32.begin(), y32.end(), std::complex<float>(9));
          if (inner == 1) {
            REQUIRE(numrs_fft_c64(nullptr, Raw<float>(x32), Raw<float>(to32), lines, n, 1, 0, 1) == NUMRS_OK);
            REQUIRE(numrs_fft_c128(nullptr, Raw<double>(x64), Raw<double>(to64), lines, n, 1, 1, 1) == NUMRS_OK);
          } else {  // the lines side by side, by views
            const int64_t shape[] = {n, lines}, strides32[] = {8, 8 * n}, strides64[] = {16, 16 * n};
            const int32_t axis = 0;
            const numrs_view a = {const_cast<std::complex<float>*>(x32.data()), shape, strides32, 2, NUMRS_C64};
            const numrs_view b = {to32.data(), shape, strides32, 2, NUMRS_C64};
            const numrs_view c = {const_cast<std::complex<double>*>(x64.data()), shape, strides64, 2, NUMRS_C128};
            const numrs_view d = {to64.data(), shape, strides64, 2, NUMRS_C128};
            REQUIRE(numrs_fft(nullptr, &a, &b, &axis, 1, 0, 1) == NUMRS_OK);
            REQUIRE(numrs_fft(nullptr, &c, &d, &axis, 1, 1, 1) == NUMRS_OK);
          }
          if (begin) continue;
          INFO("n " << n << " " << KernelsAt(k)->target << " threads " << threads << " inner " << inner);
          REQUIRE(std::memcmp(first32.data(), y32.data(), size * sizeof(x32[0])) == 0);
          REQUIRE(std::memcmp(first64.data(), y64.data(), size * sizeof(x64[0])) == 0);
        }
      }
    }
  }
  REQUIRE(SetBackend("cpu") == NUMRS_OK);
}

TEST_CASE("several axes, cropped and padded, any strides and dtypes, against one axis at a time", "[fft]") {
  ForEachKernels([](const std::string& kernels) {
    INFO(kernels);
    const int64_t shape[] = {6, 5, 7}, to[] = {4, 5, 12};
    std::vector<int16_t> x(6 * 5 * 7);
    for (size_t i = 0; i < x.size(); i++) x[i] = static_cast<int16_t>(i * i % 101);
    const numrs_view in = {x.data(), shape, nullptr, 3, NUMRS_I16};
    Complexes<double> y(4 * 5 * 12), stepwise(6 * 5 * 12), z(4 * 5 * 12);
    const numrs_view out = {y.data(), to, nullptr, 3, NUMRS_C128};
    const int32_t axes[] = {0, -1}, second = 2, zero = 0;
    REQUIRE(numrs_fft(nullptr, &in, &out, axes, 2, 0, 0.5) == NUMRS_OK);
    const int64_t between[] = {6, 5, 12};
    const numrs_view middle = {stepwise.data(), between, nullptr, 3, NUMRS_C128};
    const numrs_view end = {z.data(), to, nullptr, 3, NUMRS_C128};
    REQUIRE(numrs_fft(nullptr, &in, &middle, &second, 1, 0, 1) == NUMRS_OK);
    REQUIRE(numrs_fft(nullptr, &middle, &end, &zero, 1, 0, 0.5) == NUMRS_OK);
    REQUIRE(std::memcmp(y.data(), z.data(), y.size() * sizeof(y[0])) == 0);

    // Real lines: the half of the complex transform, and back again.
    const int64_t halves[] = {6, 5, 4};
    Complexes<double> spectrum(6 * 5 * 4);
    const numrs_view half = {spectrum.data(), halves, nullptr, 3, NUMRS_C128};
    REQUIRE(numrs_rfft(nullptr, &in, &half, axes, 2, 7, 0, 1) == NUMRS_OK);
    std::vector<float> back(6 * 5 * 7);
    const int64_t strides[] = {4, 24, 120};  // Fortran order, float32 from float64
    const numrs_view real = {back.data(), shape, strides, 3, NUMRS_F32};
    REQUIRE(numrs_irfft(nullptr, &half, &real, axes, 2, 1, 1.0 / 42) == NUMRS_OK);
    for (size_t i = 0; i < 6; i++) {
      for (size_t j = 0; j < 5; j++) {
        for (size_t k = 0; k < 7; k++) REQUIRE(back[i + 6 * j + 30 * k] == Approx(x[(i * 5 + j) * 7 + k]).margin(1e-5));
      }
    }
  });
}

TEST_CASE("wrong arguments change nothing", "[fft]") {
  const int64_t shape[] = {4}, five[] = {5}, none[] = {0};
  Complexes<double> x(5, 1), y(5, 7);
  const numrs_view in = {x.data(), shape, nullptr, 1, NUMRS_C128}, out = {y.data(), shape, nullptr, 1, NUMRS_C128};
  const numrs_view longer = {y.data(), five, nullptr, 1, NUMRS_C128}, empty = {y.data(), none, nullptr, 1, NUMRS_C128};
  const numrs_view real = {y.data(), shape, nullptr, 1, NUMRS_F64};
  const int32_t axis = 0, beyond = 1, twice[] = {0, -1};
  REQUIRE(numrs_fft(nullptr, nullptr, &out, &axis, 1, 0, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_fft(nullptr, &in, &out, &beyond, 1, 0, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_fft(nullptr, &in, &out, twice, 2, 0, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_fft(nullptr, &in, &out, &axis, 0, 0, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_fft(nullptr, &in, &out, &axis, 1, 2, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_fft(nullptr, &in, &empty, &axis, 1, 0, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_fft(nullptr, &in, &real, &axis, 1, 0, 1) == NUMRS_BAD_DTYPE);
  REQUIRE(numrs_rfft(nullptr, &in, &out, &axis, 1, 4, 0, 1) == NUMRS_BAD_DTYPE);
  REQUIRE(numrs_rfft(nullptr, &real, &longer, &axis, 1, 4, 0, 1) == NUMRS_BAD_SHAPE);
  REQUIRE(numrs_rfft(nullptr, &real, &longer, &axis, 1, 0, 0, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_fft_c128(nullptr, Raw<double>(x), Raw<double>(y), 1, 0, 1, 0, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_fft_c128(nullptr, Raw<double>(x), Raw<double>(y), -1, 4, 1, 0, 1) == NUMRS_BAD_SHAPE);
  REQUIRE(numrs_irfft_f64(nullptr, nullptr, reinterpret_cast<double*>(y.data()), 1, 4, 1, 0, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(std::all_of(y.begin(), y.end(), [](auto v) { return v == std::complex<double>(7); }));
  REQUIRE(numrs_fft_c128(nullptr, nullptr, nullptr, 0, 4, 1, 0, 1) == NUMRS_OK);
}

TEST_CASE("roots of unity are within half a unit in the last place", "[fft]") {
  for (const int64_t n : {1, 2, 3, 4, 5, 7, 8, 12, 16, 100, 360, 1001, 65536, 99991, 1 << 20}) {
    std::vector<FftRoots::Root> memory(static_cast<size_t>(FftRoots::TableSize(n)));
    const FftRoots roots(n, memory.data());
    const int64_t step = n > 4000 ? n / 1999 : 1;
    for (int64_t k = 0; k < n; k += step) {
      const long double angle =
          6.283185307179586476925286766559005768L * static_cast<long double>(k) / static_cast<long double>(n);
      const FftRoots::Root r = roots(k);
      INFO("n " << n << " k " << k);
      REQUIRE(std::abs(r.re - std::cos(angle)) < 1e-18L);
      REQUIRE(std::abs(r.im + std::sin(angle)) < 1e-18L);
      if (8 * k % n == 0) {
        const bool axis = 4 * k % n == 0;
        REQUIRE((axis ? r.re * r.im == 0 && std::abs(r.re + r.im) == 1 : std::abs(r.re) == std::abs(r.im)));
      }
    }
  }
}

TEST_CASE("the cache of plans is bounded and goes when memory is trimmed", "[fft]") {
  numrs_memory_trim();
  size_t bytes = 0;
  REQUIRE(FftPlansKept(&bytes) == 0);
  std::vector<float> x(4000, 1.0f);
  Complexes<float> y(2001);
  for (int64_t n = 1; n <= 200; n++)
    REQUIRE(numrs_rfft_f32(nullptr, x.data(), Raw<float>(y), 1, n, 1, 0, 1) == NUMRS_OK);
  if (std::strcmp(numrs_get_backend(), "cpu") == 0) REQUIRE(FftPlansKept(&bytes) == 64);
  REQUIRE(bytes < (size_t{1} << 20));
  numrs_memory_trim();
  REQUIRE(FftPlansKept(&bytes) == 0);
  REQUIRE(bytes == 0);
  REQUIRE(PoolStats().in_use_bytes == 0);
}

TEST_CASE("a long transform can be cancelled, and nothing is written when there is no memory", "[fft]") {
  const int64_t n = 1 << 22;
  std::vector<double> x(static_cast<size_t>(2 * n), 1.0);
  static int polls;
  polls = 1;
  numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
  options.poll = [](void*) -> int32_t { return ++polls >= 2; };
  numrs_context* context;
  REQUIRE(numrs_context_create(&options, &context) == NUMRS_OK);
  auto* line = reinterpret_cast<numrs_c128*>(x.data());
  REQUIRE(numrs_fft_c128(context, line, line, 1, n, 1, 0, 1) == NUMRS_CANCELLED);
  polls = 1;
  REQUIRE(numrs_fft_c128(context, line, line, 1, 4000037, 1, 0, 1) == NUMRS_CANCELLED);
  polls = 1;
  REQUIRE(numrs_rfft_f64(context, x.data(), line, 1, n, 1, 0, 1) == NUMRS_CANCELLED);
  numrs_context_destroy(context);

  std::vector<double> y(10000, 7.0), z(5000, 1.0);
  numrs_memory_trim();
  REQUIRE(numrs_memory_set_limit(4096) == NUMRS_OK);
  const numrs_status status = numrs_fft_c128(nullptr, reinterpret_cast<numrs_c128*>(x.data()),
                                             reinterpret_cast<numrs_c128*>(y.data()), 1, 5000, 1, 0, 1);
  numrs_memory_set_limit(0);
  REQUIRE(status == NUMRS_NO_MEMORY);
  REQUIRE(std::all_of(y.begin(), y.end(), [](double v) { return v == 7; }));
}
