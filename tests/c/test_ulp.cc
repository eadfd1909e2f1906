// Accuracy: every row with an error bound, both dtypes, every backend and instruction set, against MPFR. Exactness of
// the other rows is test_elementwise.cc's. Writes the table of docs/accuracy.md where NUMRS_ACCURACY names a file.
// NUMRS_ULP_POINTS sets the number of random points (default 4000 beside all edges); NUMRS_ULP_F32 names the file that
// ulp_f32.cc wrote, for the table's column of all float32 inputs.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "catch.h"
#include "core/backend.h"
#include "mpfr_reference.h"

namespace numrs {
namespace {

class Random {  // splitmix64
 public:
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  double Uniform(double low, double high) { return low + (high - low) * static_cast<double>(Next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_ = 20260101;
};

int RandomPoints() {
  const char* text = std::getenv("NUMRS_ULP_POINTS");
  return text ? std::atoi(text) : 4000;
}

template <typename T>
T FromBits(uint64_t bits) {
  T value;
  if constexpr (sizeof(T) == 4) {
    const uint32_t low = static_cast<uint32_t>(bits);
    std::memcpy(&value, &low, 4);
  } else {
    std::memcpy(&value, &bits, 8);
  }
  return value;
}

// All exponent edges with their neighbours, special values, multiples of pi/2, random bit patterns and random usual
// values.
template <typename T>
std::vector<T> Points() {
  std::vector<T> points = {T(0),
                           std::numeric_limits<T>::infinity(),
                           std::numeric_limits<T>::quiet_NaN(),
                           std::numeric_limits<T>::max(),
                           std::numeric_limits<T>::denorm_min(),
                           std::numeric_limits<T>::min()};
  const T infinity = std::numeric_limits<T>::infinity();
  const int step = sizeof(T) == 4 ? 1 : 3;
  for (int e = std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits;
       e < std::numeric_limits<T>::max_exponent; e += step) {
    const T edge = std::ldexp(T(1), e);
    points.insert(points.end(), {edge, std::nextafter(edge, infinity), std::nextafter(edge, T(0)), edge * T(1.3)});
  }
  for (int k = 1; k <= 300; k++) {
    const T multiple = static_cast<T>(k * 1.57079632679489661923L), half = static_cast<T>(k * 0.34657359027997265471L),
            n = static_cast<T>(k) / 8;
    points.insert(points.end(), {multiple, std::nextafter(multiple, infinity), half, std::nextafter(half, T(0)), n,
                                 std::nextafter(n, T(0))});
  }
  // limits of overflow and underflow of the exponential family, and arguments that come very near a multiple of pi/2
  for (double x : {88.7228,
                   103.972,
                   87.33654,
                   709.782712893384,
                   745.1332191019412,
                   708.3964185322641,
                   1023.99999,
                   1074.9999,
                   127.99999,
                   149.5,
                   710.4758600739439,
                   89.41599,
                   36.7,
                   17.32868,
                   18.714973875118524,
                   26.543258,
                   27.226017,
                   10.0541,
                   9.1945,
                   36.04365,
                   6381956970095103e0,
                   0.5,
                   0.70710678118654752,
                   1.4142135623730951,
                   0.6931471805599453,
                   1e15,
                   1e22,
                   1e300}) {
    T p = static_cast<T>(x);
    for (int i = 0; i < 4; i++, p = std::nextafter(p, infinity)) points.push_back(p);
    p = static_cast<T>(x);
    for (int i = 0; i < 3; i++) points.push_back(p = std::nextafter(p, T(0)));
  }
  points.push_back(static_cast<T>(std::ldexp(6381956970095103.0, sizeof(T) == 8 ? 797 : 40)));
  Random random;
  const int count = RandomPoints();
  for (int i = 0; i < count; i++) {
    points.push_back(FromBits<T>(random.Next()));
    points.push_back(static_cast<T>(random.Uniform(-1, 1)));
    points.push_back(static_cast<T>(random.Uniform(-30, 30)));
    points.push_back(static_cast<T>(std::exp2(random.Uniform(-60, 60))));
    points.push_back(static_cast<T>(1 + std::exp2(random.Uniform(-50, 0)) * (i % 2 ? 1 : -0.5)));
  }
  const size_t positive = points.size();
  for (size_t i = 0; i < positive; i++) points.push_back(-points[i]);
  return points;
}

struct Worst {
  double error = 0;
  size_t at = 0;
};

struct TableLine {
  std::string name;
  double bound[2];
  std::string measured[2];  // per dtype: one figure per place
};
std::vector<TableLine> table_lines;
size_t measurements = 0;

void Record(const char* name, bool is_f64, double bound, const std::string& figures) {
  for (TableLine& line : table_lines) {
    if (line.name == name) {
      line.bound[is_f64] = bound;
      line.measured[is_f64] = figures;
      return;
    }
  }
  table_lines.push_back({name, {0, 0}, {}});
  Record(name, is_f64, bound, figures);
}

std::string Format(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3f", value);
  return text;
}

template <typename T, class Kernel>
void Measure(const char* name, double bound, const std::vector<T>& a, const std::vector<T>& b, mpfr_t* exact,
             Kernel&& kernel) {
  const size_t n = a.size();
  std::string figures;
  std::vector<T> y(n);
  for (int place = 0; const Kernels* kernels = KernelsAt(place); place++) {
    kernel(*kernels, y.data());
    Worst worst;
    for (size_t i = 0; i < n; i++) {
      const double error = reference::ErrorInUlp(exact[i], y[i]);
      if (error > worst.error) worst = {error, i};
    }
    measurements += n;
    INFO(name << (sizeof(T) == 4 ? " f32 " : " f64 ") << kernels->backend << " " << kernels->target << ": "
              << worst.error << " ULP at " << a[worst.at] << (b.empty() ? "" : ", ") << (b.empty() ? T(0) : b[worst.at])
              << " gives " << y[worst.at] << ", exact " << mpfr_get_d(exact[worst.at], MPFR_RNDN));
    CHECK(worst.error <= bound);
    figures += (figures.empty() ? "" : " / ") + Format(worst.error);
  }
  Record(name, sizeof(T) == 8, bound, figures);
}

class Exact {
 public:
  explicit Exact(size_t n) : values_(n) {
    for (Slot& v : values_) mpfr_init2(v.value, reference::kPrecision);
  }
  ~Exact() {
    for (Slot& v : values_) mpfr_clear(v.value);
  }
  mpfr_t* data() { return reinterpret_cast<mpfr_t*>(values_.data()); }

 private:
  struct Slot {
    mpfr_t value;
  };
  std::vector<Slot> values_;
};

template <typename T>
void MeasureUnary(int op, const char* name, double bound) {
  const reference::Unary function = reference::FindUnary(name);
  INFO("the row " << name << " has an error bound and no reference in mpfr_reference.h");
  REQUIRE(function != nullptr);
  static const std::vector<T> points = Points<T>();
  Exact exact(points.size());
  reference::Number x(64);
  for (size_t i = 0; i < points.size(); i++) {
    mpfr_set_d(x.value, static_cast<double>(points[i]), MPFR_RNDN);
    function(exact.data()[i], x.value, MPFR_RNDN);
  }
  Measure<T>(name, bound, points, {}, exact.data(), [&](const Kernels& kernels, T* y) {
    kernels.unary.fn[op][DTypeOf<T>::value](points.data(), y, static_cast<int64_t>(points.size()));
  });
}

template <typename T>
void MeasureBinary(int op, const char* name, double bound) {
  const reference::Binary function = reference::FindBinary(name);
  INFO("the row " << name << " has an error bound and no reference in mpfr_reference.h");
  REQUIRE(function != nullptr);
  const std::vector<T> points = Points<T>();
  Random random;
  std::vector<T> a, b;
  const T specials[] = {T(0),
                        T(-0.0),
                        T(1),
                        T(-1),
                        T(0.5),
                        T(2),
                        T(3),
                        T(-2),
                        T(-3),
                        T(-0.5),
                        std::numeric_limits<T>::infinity(),
                        -std::numeric_limits<T>::infinity(),
                        std::numeric_limits<T>::quiet_NaN(),
                        std::numeric_limits<T>::max(),
                        std::numeric_limits<T>::denorm_min(),
                        std::numeric_limits<T>::min(),
                        T(1e10),
                        T(4503599627370497.0)};
  for (T s : specials) {
    for (T t : specials) a.push_back(s), b.push_back(t);
  }
  for (size_t i = 0; i < points.size() / 2; i++) {
    a.push_back(points[random.Next() % points.size()]);
    b.push_back(points[random.Next() % points.size()]);
    // pairs whose result is usual: a power near the range's limits, logarithms of sums near 0, hypotenuses of like
    // lengths
    const double base = std::exp2(random.Uniform(-20, 20));
    a.push_back(static_cast<T>(base));
    b.push_back(
        static_cast<T>(random.Uniform(-1, 1) * (sizeof(T) == 4 ? 128 : 1024) / (std::fabs(std::log2(base)) + 0.1)));
    const double p = random.Uniform(0.001, 0.999);
    a.push_back(static_cast<T>(std::log(p)));
    b.push_back(static_cast<T>(std::log1p(-p)));
    a.push_back(static_cast<T>(random.Uniform(-50, 50)));
    b.push_back(static_cast<T>(random.Uniform(-50, 50)));
  }
  Exact exact(a.size());
  reference::Number x(64), z(64);
  for (size_t i = 0; i < a.size(); i++) {
    mpfr_set_d(x.value, static_cast<double>(a[i]), MPFR_RNDN);
    mpfr_set_d(z.value, static_cast<double>(b[i]), MPFR_RNDN);
    function(exact.data()[i], x.value, z.value, MPFR_RNDN);
  }
  Measure<T>(name, bound, a, b, exact.data(), [&](const Kernels& kernels, T* y) {
    kernels.binary.fn[op][DTypeOf<T>::value](a.data(), b.data(), y, static_cast<int64_t>(a.size()), 0);
  });
}

// "errors" or "errors (1 of N)" of all float32 inputs, from a line "name | N | errors".
std::string OfAllInputs(const std::string& name) {
  const char* path = std::getenv("NUMRS_ULP_F32");
  std::FILE* file = path ? std::fopen(path, "r") : nullptr;
  if (!file) return "";
  char text[256];
  std::string found;
  while (std::fgets(text, sizeof(text), file)) {
    const std::string line = text, start = name + " | ";
    const size_t end = line.find(" | ", start.size());
    if (line.compare(0, start.size(), start) != 0 || end == std::string::npos) continue;
    const std::string stride = line.substr(start.size(), end - start.size());
    found = line.substr(end + 3, line.find('\n') - end - 3) + (stride == "1" ? "" : " (1 of " + stride + ")");
  }
  std::fclose(file);
  return found;
}

void WriteTable(const char* path) {
  std::FILE* file = std::fopen(path, "w");
  REQUIRE(file != nullptr);
  std::string places;
  for (int place = 0; const Kernels* kernels = KernelsAt(place); place++) {
    places += (places.empty() ? "" : " / ") + std::string(kernels->backend) +
              (std::strcmp(kernels->target, "NONE") ? std::string(" ") + kernels->target : "");
  }
  std::fprintf(file,
               "# Accuracy\n\n<!-- Written by tests/c/test_ulp.cc: sh tools/accuracy.sh; do not edit. -->\n\nLargest "
               "error found in units in the last place (ULP), "
               "against MPFR: %d random bit patterns, usual values and all exponent edges per function.\nThe bound is "
               "what the tests enforce on every "
               "backend and instruction set; the figures are for %s.\nThe last column is the "
               "largest error on all 2^32 float32 inputs, or on one of so many of them and around every power of "
               "two; cpu-portable on every 64th of those (tests/c/ulp_f32.cc).\nfloat16 and bfloat16: every "
               "function is within 0.51 ULP of the exact value on all 65,536 elements, everywhere "
               "(tests/c/test_half.cc).\n\n| function | bound f32 | found f32 | "
               "bound f64 "
               "| found f64 | all f32 |\n"
               "| --- | --- | --- | --- | --- | --- |\n",
               RandomPoints(), places.c_str());
  for (const TableLine& line : table_lines) {
    std::fprintf(file, "| %s | %g | %s | %g | %s | %s |\n", line.name.c_str(), line.bound[0], line.measured[0].c_str(),
                 line.bound[1], line.measured[1].c_str(), OfAllInputs(line.name).c_str());
  }
  std::fclose(file);
}

TEST_CASE("mathematical functions stay within the bounds of their rows", "[ulp]") {
  if (KernelsAt(0) == nullptr) return;
  // MPFR's exponent range is far wider than double's; results that underflow there are beyond anything we can
  // represent.
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost)                                    \
  if (ulp32 > 0 || reference::FindUnary(#name)) MeasureUnary<float>(id, #name, ulp32 > 0 ? ulp32 : 0.5); \
  if (ulp64 > 0 || reference::FindUnary(#name)) MeasureUnary<double>(id, #name, ulp64 > 0 ? ulp64 : 0.5);
#include "table/unary.def"
#define NUMRS_BINARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  if (ulp32 > 0) MeasureBinary<float>(id, #name, ulp32);               \
  if (ulp64 > 0) MeasureBinary<double>(id, #name, ulp64);
#include "table/binary.def"
  if (const char* path = std::getenv("NUMRS_ACCURACY")) WriteTable(path);
  std::printf("accuracy: %zu results compared with MPFR\n", measurements);
}

}  // namespace
}  // namespace numrs
