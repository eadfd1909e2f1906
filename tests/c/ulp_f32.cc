// Accuracy of float32 functions on all inputs there are: every row of table/unary.def with an error bound, every
// instruction set. A program, no Catch test: all 2^32 inputs take minutes per function.
//
//     ulp_f32 [--stride N] [--threads N] [--write FILE] [FUNCTION...]
//
// N = 64 takes one of every 64 bit patterns and 129 around each power of two. The reference are our float64 kernels,
// good to 2^-27 ULP of float32; they and cpu-portable are looked at on every 64th input taken, against the C library's
// double functions, and MPFR has the last word on the largest error found, on every kind of result that looks wrong and
// on a sample. Status 1: a bound is broken, or AVX2 and AVX3 differ (NaN is NaN). FILE gets a line per function in
// place of the one it has: name, N, errors.
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "core/backend.h"
#include "mpfr_reference.h"

namespace numrs {
namespace {

constexpr int64_t kBlock = 1 << 14;  // inputs at a time; all of a block stays in L2
constexpr int64_t kLibrary = 64;     // every so many inputs: the C library
constexpr int64_t kMpfr = 1 << 16;   // and MPFR
constexpr int64_t kAround = 64;      // neighbours of a power of two on either side
constexpr int kMaxPlaces = 8;
constexpr double kWrong = std::numeric_limits<double>::infinity();

struct Function {
  int op;
  const char* name;
  bool bounded;
  double bound;
  reference::Unary exact;
};

float FromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

// |got - exact| in units of the last place of exact, for an exact value rounded to double; infinity where the kinds
// differ, which is MPFR's to confirm.
inline double ErrorInUlp(double exact, float got) {
  constexpr int kLowest = -149, kHighest = 104;
  uint64_t bits;
  std::memcpy(&bits, &exact, 8);
  const int biased = static_cast<int>(bits >> 52 & 0x7ff);
  const double magnitude = std::fabs(exact), value = static_cast<double>(got);
  if (biased != 0 && biased != 0x7ff && std::fabs(value) < kWrong) {
    int exponent = biased - 1023 - 23;
    exponent = exponent < kLowest ? kLowest : exponent > kHighest ? kHighest : exponent;
    const uint64_t scale_bits = static_cast<uint64_t>(1023 - exponent) << 52;
    double scale;
    std::memcpy(&scale, &scale_bits, 8);
    if (got == 0 && std::signbit(got) != std::signbit(exact)) return kWrong;
    return std::fabs(value - exact) * scale;
  }
  if (std::isnan(exact) || std::isnan(got)) return std::isnan(exact) && std::isnan(got) ? 0 : kWrong;
  if (std::signbit(got) != std::signbit(exact)) return kWrong;
  if (std::isinf(got)) return magnitude >= 0x1p128 ? 0 : (0x1p128 - magnitude) * 0x1p-104;
  return std::isinf(exact) ? kWrong : std::fabs(value - exact) * 0x1p149;
}

struct Worst {
  double error = -1;
  uint32_t at = 0;
  float got = 0;
};

// What one thread has found.
struct Findings {
  Worst worst[kMaxPlaces];
  uint64_t inputs = 0, differ = 0, bad_reference = 0;
  uint32_t differ_at = 0, bad_at = 0;
  void Take(const Findings& f) {
    for (int i = 0; i < kMaxPlaces; i++) {
      if (f.worst[i].error > worst[i].error) worst[i] = f.worst[i];
    }
    inputs += f.inputs;
    if (f.differ) differ_at = f.differ_at;
    if (f.bad_reference) bad_at = f.bad_at;
    differ += f.differ, bad_reference += f.bad_reference;
  }
};

double ByMpfr(const Function& f, uint32_t bits, float got) {
  reference::Number x(24), y;
  mpfr_set_flt(x.value, FromBits(bits), MPFR_RNDN);
  f.exact(y.value, x.value, MPFR_RNDN);
  return reference::ErrorInUlp(y.value, got);
}

class Examination {
 public:
  explicit Examination(const Function& f) : f_(f) {
    while (const Kernels* kernels = KernelsAt(places_)) places_++, kernels_.push_back(kernels);
    portable_ = places_ - 1;
    for (int i = 0; i < places_; i++) {
      if (!std::strcmp(kernels_[i]->target, "AVX3")) avx3_ = i;
      if (!std::strcmp(kernels_[i]->target, "AVX2")) avx2_ = i;
    }
    bits_.resize(kBlock), x_.resize(kBlock), wide_.resize(kBlock), exact_.resize(kBlock), library_.resize(kBlock);
    for (int i = 0; i < places_; i++) y_[i].resize(kBlock);
  }

  void Add(uint32_t bits) {
    bits_[count_++] = bits;
    if (count_ == kBlock) Flush();
  }

  void Flush() {
    const int64_t n = count_;
    count_ = 0;
    if (n == 0) return;
    for (int64_t i = 0; i < n; i++) x_[i] = FromBits(bits_[i]), wide_[i] = static_cast<double>(x_[i]);
    kernels_[0]->unary.fn[f_.op][kF64](wide_.data(), exact_.data(), n);
    for (int place = 0; place < portable_; place++) {
      kernels_[place]->unary.fn[f_.op][kF32](x_.data(), y_[place].data(), n);
      if (place == avx2_ && avx3_ >= 0) {
        if (Same(n)) continue;  // measured already, under AVX3
      }
      Measure(place, exact_.data(), n);
    }
    int64_t few = 0;
    offset_ = (offset_ + 29) % kLibrary;  // not always the inputs with the same last bits
    for (int64_t i = offset_; i < n; i += kLibrary) {
      bits_[few] = bits_[i], x_[few] = x_[i], wide_[few] = wide_[i], exact_[few] = exact_[i], few++;
    }
    kernels_[portable_]->unary.fn[f_.op][kF64](wide_.data(), library_.data(), few);
    kernels_[portable_]->unary.fn[f_.op][kF32](x_.data(), y_[portable_].data(), few);
    Measure(portable_, library_.data(), few);
    for (int64_t i = 0; i < few; i++) {
      const double a = exact_[i], b = library_[i];
      const bool alike = (std::isnan(a) && std::isnan(b)) || a == b || std::fabs(a - b) <= 0x1p-50 * std::fabs(b);
      if (!alike && !(std::fabs(a) < 0x1p-1000 && std::fabs(b) < 0x1p-1000))
        found_.bad_reference++, found_.bad_at = bits_[i];
    }
    until_mpfr_ -= n;
    if (until_mpfr_ <= 0) {
      until_mpfr_ = kMpfr;
      for (int64_t i = 0; i < few; i += few / 2 + 1) {
        if (ByMpfr(f_, bits_[i], static_cast<float>(exact_[i])) > 0.5 + 0x1p-24)
          found_.bad_reference++, found_.bad_at = bits_[i];
      }
    }
    found_.inputs += static_cast<uint64_t>(n);
  }

  const Findings& found() const { return found_; }

 private:
  void Measure(int place, const double* exact, int64_t n) {
    Worst& worst = found_.worst[place];
    const float* y = y_[place].data();
    for (int64_t i = 0; i < n; i++) {
      double error = ErrorInUlp(exact[i], y[i]);
      if (error <= worst.error) continue;
      if (error > f_.bound) error = ByMpfr(f_, bits_[i], y[i]);
      if (error > worst.error) worst = {error, bits_[i], y[i]};
    }
  }

  // Are the bits of AVX2 those of AVX3?
  bool Same(int64_t n) {
    const std::vector<float>&a = y_[avx3_], &b = y_[avx2_];
    if (!std::memcmp(a.data(), b.data(), static_cast<size_t>(n) * 4)) return true;
    bool same = true;
    for (int64_t i = 0; i < n; i++) {
      if (std::memcmp(&a[i], &b[i], 4) && !(std::isnan(a[i]) && std::isnan(b[i]))) {
        found_.differ++, found_.differ_at = bits_[i];
        same = false;
      }
    }
    return same;
  }

  const Function& f_;
  std::vector<const Kernels*> kernels_;
  int places_ = 0, portable_ = 0, avx3_ = -1, avx2_ = -1;
  std::vector<uint32_t> bits_;
  std::vector<float> x_, y_[kMaxPlaces];
  std::vector<double> wide_, exact_, library_;
  int64_t count_ = 0, offset_ = 0, until_mpfr_ = 0;
  Findings found_;
};

Findings Examine(const Function& f, int64_t stride, int threads) {
  constexpr uint64_t kAll = uint64_t{1} << 32;
  const uint64_t piece = static_cast<uint64_t>(kBlock * stride), pieces = (kAll + piece - 1) / piece;
  std::atomic<uint64_t> next{0};
  std::vector<Findings> found(static_cast<size_t>(threads));
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; t++) {
    workers.emplace_back([&, t] {
      Examination examination(f);
      for (uint64_t i; (i = next.fetch_add(1)) < pieces;) {
        const uint64_t end = (i + 1) * piece < kAll ? (i + 1) * piece : kAll;
        for (uint64_t bits = i * piece; bits < end; bits += static_cast<uint64_t>(stride)) {
          // anywhere in its stretch, by a multiplicative hash: a fixed last digit would be no sample
          const uint64_t digit = (bits * 0x9e3779b97f4a7c15u >> 40) % static_cast<uint64_t>(stride);
          examination.Add(static_cast<uint32_t>(bits + digit));
        }
        if (i == 0 && stride > 1) {
          for (uint32_t edge = 0; edge < 512; edge++) {
            for (int64_t d = -kAround; d <= kAround; d++) examination.Add((edge << 23) + static_cast<uint32_t>(d));
          }
        }
      }
      examination.Flush();
      found[static_cast<size_t>(t)] = examination.found();
      mpfr_free_cache();
    });
  }
  for (std::thread& worker : workers) worker.join();
  Findings all;
  for (const Findings& one : found) all.Take(one);
  return all;
}

std::vector<Function> Functions() {
  return {
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  {id, #name, ulp32 > 0, ulp32 > 0 ? ulp32 : 0.5, reference::FindUnary(#name)},
#include "table/unary.def"
  };
}

// The lines of FILE by function.
class Record {
 public:
  explicit Record(const char* path) : path_(path) {
    std::FILE* file = path ? std::fopen(path, "r") : nullptr;
    if (!file) return;
    char line[256];
    while (std::fgets(line, sizeof(line), file)) lines_.push_back(line);
    std::fclose(file);
  }
  bool Put(const char* name, int64_t stride, const std::string& figures) {
    if (!path_) return true;
    const std::string start = std::string(name) + " | ", line = start + std::to_string(stride) + " | " + figures + "\n";
    bool found = false;
    for (std::string& old : lines_) {
      if (old.compare(0, start.size(), start) == 0) old = line, found = true;
    }
    if (!found) lines_.push_back(line);
    std::FILE* file = std::fopen(path_, "w");
    if (!file) return false;
    for (const std::string& each : lines_) std::fputs(each.c_str(), file);
    return std::fclose(file) == 0;
  }

 private:
  const char* path_;
  std::vector<std::string> lines_;
};

int Main(int argc, char** argv) {
  int64_t stride = 1;
  int threads = static_cast<int>(std::thread::hardware_concurrency());
  const char* path = nullptr;
  std::vector<std::string> names;
  for (int i = 1; i < argc; i++) {
    const std::string word = argv[i];
    if (word == "--stride" && i + 1 < argc)
      stride = std::atoll(argv[++i]);
    else if (word == "--threads" && i + 1 < argc)
      threads = std::atoi(argv[++i]);
    else if (word == "--write" && i + 1 < argc)
      path = argv[++i];
    else
      names.push_back(word);
  }
  if (stride < 1 || threads < 1) return std::fprintf(stderr, "--stride and --threads take numbers above 0\n"), 2;
  Record record(path);

  int good = 0, bad = 0;
  double largest = 0;
  std::string largest_name;
  uint64_t inputs = 0;
  for (const Function& f : Functions()) {
    bool wanted = names.empty();
    for (const std::string& name : names) wanted |= name == f.name;
    if (!wanted || (!f.exact && !f.bounded)) continue;
    if (!f.exact) {
      std::printf("FAILED %s has an error bound and no reference in mpfr_reference.h\n", f.name);
      bad++;
      continue;
    }
    Findings found = Examine(f, stride, threads);
    inputs += found.inputs;
    std::string figures;
    bool ok = found.differ == 0 && found.bad_reference == 0;
    for (int place = 0; const Kernels* kernels = KernelsAt(place); place++) {
      Worst worst = found.worst[place];
      if (worst.error < 0 && place > 0) worst = found.worst[place - 1];  // the bits of the one before it
      worst.error = ByMpfr(f, worst.at, worst.got);
      char text[32];
      std::snprintf(text, sizeof(text), "%s%.4f", place ? " / " : "", worst.error);
      figures += text;
      if (worst.error > largest) largest = worst.error, largest_name = f.name;
      if (worst.error > f.bound) {
        ok = false;
        std::printf("FAILED %s, %s %s: %g ULP at 0x%08" PRIx32 " (%a), got %a\n", f.name, kernels->backend,
                    kernels->target, worst.error, worst.at, static_cast<double>(FromBits(worst.at)),
                    static_cast<double>(worst.got));
      }
    }
    if (found.differ)
      std::printf("FAILED %s: AVX2 and AVX3 differ for %" PRIu64 " inputs, one is 0x%08" PRIx32 "\n", f.name,
                  found.differ, found.differ_at);
    if (found.bad_reference)
      std::printf("FAILED %s: the float64 kernel is no reference for %" PRIu64 " inputs, one is 0x%08" PRIx32 "\n",
                  f.name, found.bad_reference, found.bad_at);
    std::printf("%-8s bound %g, found %s, %" PRIu64 " inputs\n", f.name, f.bound, figures.c_str(), found.inputs);
    std::fflush(stdout);
    if (!record.Put(f.name, stride, figures)) return std::perror(path), 2;
    ok ? good++ : bad++;
  }
  std::printf("largest: %.3f ULP (%s), %d functions, %.3g inputs each\n", largest, largest_name.c_str(), good + bad,
              good + bad ? static_cast<double>(inputs) / (good + bad) : 0.0);
  std::printf("ulp: %d %d 0\n", good, bad);
  return bad > 0;
}

}  // namespace
}  // namespace numrs

int main(int argc, char** argv) { return numrs::Main(argc, argv); }
