// Random draws: Philox against its published vectors, the functions under the distributions against long double, equal
// bits on every backend, instruction set, number of threads, layout and cut of a draw, moments, states and refusals.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "catch.h"
#include "core/backend.h"
#include "core/memory.h"
#include "core/random_tables.h"
#include "core/threads.h"
#include "kernels.h"
#include "numrs/numrs.h"
#include "ops/philox.h"
#include "ops/random_lane.h"

using namespace numrs;

namespace {

#include "ops/random_math-inl.h"

using State = numrs_random_state;

State Seeded(uint64_t seed) {
  State state = NUMRS_RANDOM_STATE_INIT;
  REQUIRE(numrs_random_seed(&state, &seed, 1) == NUMRS_OK);
  return state;
}

// Parameters that a row takes: two choices each.
struct Values {
  double a, b;
};
std::vector<Values> Choices(int32_t op) {
  switch (op) {
    case kRandom_uniform:
      return {{0, 1}, {-3.5, 2e5}, {2, 2}};
    case kRandom_exponential:
      return {{1, 0}, {0.25, 0}};
    case kRandom_gamma:
      return {{2.5, 1}, {0.3, 3}, {1, 1}, {0, 1}, {1e6, 1}};
    case kRandom_beta:
      return {{2, 3}, {0.4, 0.7}, {1e-3, 1e-3}, {0.5, 4}};
    case kRandom_integers:
      return {{0, 9}, {5, 5}, {0, 127}, {-7, 100}};
    case kRandom_bernoulli:
    case kRandom_geometric:
      return {{0.3, 0}, {1, 0}, {1e-9, 0}};
    case kRandom_poisson:
      return {{3, 0}, {9.9, 0}, {10, 0}, {123.4, 0}, {1e15, 0}, {0, 0}};
    case kRandom_binomial:
      return {{20, 0.25}, {20, 0.9}, {1000, 0.4}, {1e6, 0.999}, {0, 0.5}, {7, 1}, {9, 0}};
    default:
      return {{0, 1}, {-2, 0.5}};
  }
}

numrs_view View1(void* data, const int64_t* n, int32_t dtype) { return {data, n, nullptr, 1, dtype}; }

// n elements by one call, parameters as one number each or as arrays full of it.
std::vector<char> Draw(int32_t op, int32_t dtype, const Values& values, int64_t n, State state, bool arrays = false) {
  std::vector<char> y(static_cast<size_t>(n * SizeOf(dtype)) + 1, 77);
  const int count = RandomParameterCount(kRandomRows[op].check);
  const int64_t n_parameter = arrays ? n : 1, whole = arrays ? 1 : 0;
  std::vector<double> numbers[2];
  std::vector<int64_t> integers[2];
  numrs_view views[2];
  for (int k = 0; k < count; k++) {
    const double value = k ? values.b : values.a;
    numbers[k].assign(static_cast<size_t>(n_parameter), value);
    integers[k].assign(static_cast<size_t>(n_parameter), static_cast<int64_t>(value));
    const bool range = kRandomRows[op].check == RandomCheck::RANGE;
    views[k] = {range ? static_cast<void*>(integers[k].data()) : numbers[k].data(), &n_parameter, nullptr,
                static_cast<int32_t>(whole), range ? kI64 : kF64};
  }
  const numrs_view out = View1(y.data(), &n, dtype);
  const numrs_status status = numrs_random(nullptr, op, &state, &out, views, count);
  INFO(kRandomRows[op].name << " " << NameOf(dtype) << ": " << numrs_message());
  REQUIRE(status == NUMRS_OK);
  REQUIRE(y.back() == 77);
  y.pop_back();
  return y;
}

// body(op, dtype) for each row and dtype of it.
template <class Body>
void ForEachDraw(const Body& body) {
  for (int32_t op = 0; op < kRandomOps; op++) {
    for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
      if (kRandomRows[op].dtypes & Bit(dtype)) body(op, dtype);
    }
  }
}
bool Fits(int32_t op, int32_t dtype, const Values& v) {
  return op != kRandom_integers || v.a >= 0 || KindOf(dtype) == Kind::INT;
}

struct Threads {
  double threshold = ThreadThresholdNs();
  int threads = NumThreads();
  ~Threads() {
    SetThreadThresholdNs(threshold);
    SetNumThreads(threads);
  }
};

}  // namespace

TEST_CASE("Philox4x32-10 gives the vectors of Random123") {
  const auto check = [](uint64_t low, uint64_t high, uint64_t key, uint64_t y_low, uint64_t y_high) {
    const ops::PhiloxBlock y = ops::Philox({low, high}, key);
    CHECK(y.low == y_low);
    CHECK(y.high == y_high);
  };
  check(0, 0, 0, 0xe169c58d6627e8d5, 0x9b00dbd8bc57ac4c);
  check(~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}, 0x41c83b0e408f276d, 0x6d5451fda20bc7c6);
  check(0x85a308d3243f6a88, 0x0370734413198a2e, 0x299f31d0a4093822, 0x94fdccebd16cfe09, 0x24126ea15001e420);
}

TEST_CASE("The words of a stream are the blocks in their order") {
  State state = NUMRS_RANDOM_STATE_INIT;
  const std::vector<char> bytes = Draw(kRandom_bits, kU64, {}, 40, state);
  for (uint64_t i = 0; i < 40; i++) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + 8 * i, 8);
    const uint64_t block = i / 16 * 8 + i % 8;
    const ops::PhiloxBlock expected = ops::Philox({block, 0}, 0);
    REQUIRE(word == (i % 16 < 8 ? expected.low : expected.high));
  }
  // Narrower words are the same bytes.
  for (int32_t dtype : {kU8, kU16, kU32}) REQUIRE(Draw(kRandom_bits, dtype, {}, 320 / SizeOf(dtype), state) == bytes);
}

TEST_CASE("The functions under the distributions are within 2 ULP") {
  const auto worst = [](auto o, auto function, auto exact, double low, double high) {
    using T = typename decltype(o)::T;
    double most = 0;
    for (int i = 0; i < 200000; i++) {
      const T x = static_cast<T>(low + (high - low) * (i + 0.37) / 200000);
      const long double wanted = exact(static_cast<long double>(x));
      const T nearest = static_cast<T>(wanted);
      const long double ulp =
          std::nextafter(std::fabs(nearest), std::numeric_limits<T>::infinity()) - std::fabs(nearest);
      most = std::max(most, static_cast<double>(std::fabs(static_cast<long double>(function(o, x)) - wanted) / ulp));
    }
    return most;
  };
  const auto log = [](auto o, auto x) { return RandomLog(o, x); };
  const auto exp = [](auto o, auto x) { return RandomExp(o, x); };
  const auto exact_log = [](long double x) { return std::log(x); };
  const auto exact_exp = [](long double x) { return std::exp(x); };
  const ops::RandomLane<double> d;
  const ops::RandomLane<float> f;
  CHECK(worst(d, log, exact_log, 1e-17, 0.999) < 2);
  CHECK(worst(d, log, exact_log, 1.001, 1e9) < 2);
  CHECK(worst(f, log, exact_log, 1e-10, 0.99) < 2);
  CHECK(worst(d, exp, exact_exp, -700, 700) < 2);
  CHECK(worst(f, exp, exact_exp, -87, 88) < 2);
  CHECK(RandomLog(d, 1.0) == 0);
  CHECK(RandomExp(d, 0.0) == 1);
  CHECK(RandomExp(d, 1000.0) == std::numeric_limits<double>::infinity());
  CHECK(RandomExp(d, -1000.0) == 0);
  CHECK(RandomExp(d, -745.0) == std::exp(-745.0));  // subnormal
  CHECK(RandomExp(f, 100.0f) == std::numeric_limits<float>::infinity());
  const auto directions = [](auto o, double most) {
    using U = typename decltype(o)::U;
    using T = typename decltype(o)::T;
    constexpr int kBits = static_cast<int>(sizeof(U)) * 8, kMantissa = kBits == 64 ? 52 : 23;
    for (uint64_t i = 0; i < 100000; i++) {
      const U word = static_cast<U>(ops::Philox({i, 0}, 5).low);
      T sin, cos;
      RandomSinCos(o, word, &sin, &cos);
      const long double steps = static_cast<long double>(static_cast<U>(word << 2) >> (kBits - kMantissa)) + 0.5L;
      const long double angle = (std::ldexp(steps, -kMantissa) - 0.5L) * std::acos(0.0L);
      REQUIRE(std::fabs(sin - std::sin(angle)) <= most * std::fabs(std::sin(angle)));
      REQUIRE(std::fabs(cos - std::cos(angle)) <= most);
    }
  };
  directions(d, 0x1p-51);
  directions(f, 0x1p-22);
}

TEST_CASE("Every draw has the same bits on every backend and instruction set") {
  ForEachDraw([](int32_t op, int32_t dtype) {
    for (const Values& v : Choices(op)) {
      if (!Fits(op, dtype, v)) continue;
      for (int64_t n : {0, 1, 7, 31, 33, 129, 1003, 5000}) {
        REQUIRE(SetBackend("cpu-portable") == NUMRS_OK);
        const std::vector<char> expected = Draw(op, dtype, v, n, Seeded(7));
        ForEachKernels([&](const std::string& name) {
          INFO(name << " " << kRandomRows[op].name << " " << NameOf(dtype) << " " << v.a << " " << v.b << " n " << n);
          REQUIRE(Draw(op, dtype, v, n, Seeded(7)) == expected);
          REQUIRE(Draw(op, dtype, v, n, Seeded(7), true) == expected);  // arrays of parameters
        });
      }
    }
  });
}

TEST_CASE("A longer draw begins as a shorter one, and layouts and threads change nothing") {
  const Threads restore;
  SetThreadThresholdNs(0);
  ForEachDraw([](int32_t op, int32_t dtype) {
    const Values v = Choices(op)[0];
    const int64_t n = 70000, size = SizeOf(dtype);
    SetNumThreads(1);
    const std::vector<char> whole = Draw(op, dtype, v, n, Seeded(3));
    const std::vector<char> part = Draw(op, dtype, v, 12345, Seeded(3));
    INFO(kRandomRows[op].name << " " << NameOf(dtype));
    REQUIRE(std::memcmp(whole.data(), part.data(), part.size()) == 0);
    for (int threads = 2; threads <= 8; threads++) {
      SetNumThreads(threads);
      REQUIRE(Draw(op, dtype, v, n, Seeded(3)) == whole);
    }
    // (7, 100, 100) backwards, every second element, axes exchanged: element by element in C order.
    const int count = RandomParameterCount(kRandomRows[op].check);
    const int64_t shape[] = {7, 100, 100}, strides[] = {-2 * size, 7 * 2 * size * 100, 7 * 2 * size};
    std::vector<char> apart(static_cast<size_t>(2 * n * size), 55);
    const numrs_view out = {apart.data() + 6 * 2 * size, shape, strides, 3, dtype};
    int64_t integers[] = {static_cast<int64_t>(v.a), static_cast<int64_t>(v.b)};
    double numbers[] = {v.a, v.b};
    numrs_view views[2];
    for (int k = 0; k < count; k++) {
      const bool range = op == kRandom_integers;
      views[k] = {range ? static_cast<void*>(integers + k) : numbers + k, nullptr, nullptr, 0, range ? kI64 : kF64};
    }
    State state = Seeded(3);
    REQUIRE(numrs_random(nullptr, op, &state, &out, views, count) == NUMRS_OK);
    for (int64_t i = 0; i < n; i++) {
      const int64_t at = 6 * 2 * size + i / 10000 * strides[0] + i / 100 % 100 * strides[1] + i % 100 * strides[2];
      REQUIRE(std::memcmp(apart.data() + at, whole.data() + i * size, static_cast<size_t>(size)) == 0);
      for (int64_t b = 0; b < size; b++) REQUIRE(apart[static_cast<size_t>(at + size + b)] == 55);
    }
  });
}

TEST_CASE("A draw moves its state by its blocks") {
  ForEachDraw([](int32_t op, int32_t dtype) {
    const Values v = Choices(op)[0];
    const int64_t size = SizeOf(dtype);
    for (int64_t n : {0, 1, 16, 17, 1000}) {
      State state = Seeded(1), moved = state;
      uint64_t blocks;
      REQUIRE(numrs_random_blocks(op, n, &blocks) == NUMRS_OK);
      REQUIRE(numrs_random_advance(&moved, blocks) == NUMRS_OK);
      std::vector<char> y(static_cast<size_t>(n * size));
      const numrs_view out = View1(y.data(), &n, dtype);
      double numbers[] = {v.a, v.b};
      int64_t integers[] = {static_cast<int64_t>(v.a), static_cast<int64_t>(v.b)};
      numrs_view views[2];
      const int count = RandomParameterCount(kRandomRows[op].check);
      for (int k = 0; k < count; k++) {
        const bool range = op == kRandom_integers;
        views[k] = {range ? static_cast<void*>(integers + k) : numbers + k, nullptr, nullptr, 0, range ? kI64 : kF64};
      }
      REQUIRE(numrs_random(nullptr, op, &state, &out, views, count) == NUMRS_OK);
      REQUIRE(std::memcmp(&state, &moved, sizeof(state)) == 0);
    }
  });
  // Whole groups one after the other are one draw.
  State state = Seeded(9);
  double halves[64], whole[64];
  REQUIRE(numrs_random_normal_f64(nullptr, &state, halves, 32, 0, 1) == NUMRS_OK);
  REQUIRE(numrs_random_normal_f64(nullptr, &state, halves + 32, 32, 0, 1) == NUMRS_OK);
  state = Seeded(9);
  REQUIRE(numrs_random_normal_f64(nullptr, &state, whole, 64, 0, 1) == NUMRS_OK);
  REQUIRE(std::memcmp(halves, whole, sizeof(whole)) == 0);
}

TEST_CASE("The counter carries, and jumps count the carries") {
  State state = Seeded(2), jumped = state;
  state.counter[0] = ~uint64_t{7};
  state.counter[1] = 5;
  jumped.counter[1] = 5;
  REQUIRE(numrs_random_jump(&jumped, 1) == NUMRS_OK);
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    State from = state, next = jumped;
    uint64_t y[64], expected[48];
    REQUIRE(numrs_random_bits_u64(nullptr, &from, y, 64) == NUMRS_OK);
    REQUIRE(numrs_random_bits_u64(nullptr, &next, expected, 48) == NUMRS_OK);
    CHECK(from.counter[0] == 24);
    CHECK(from.counter[1] == 6);
    CHECK(std::memcmp(y + 16, expected, sizeof(expected)) == 0);
  });
  state.counter[1] = 0xFFFFFFFF;
  uint64_t y[32];
  REQUIRE(numrs_random_bits_u64(nullptr, &state, y, 32) == NUMRS_OK);
  CHECK(state.counter[1] == 0);
}

TEST_CASE("Moments are those of the distributions") {
  struct Expected {
    int32_t op;
    double a, b, mean, variance;
  };
  for (const Expected& e :
       std::vector<Expected>{{kRandom_uniform, 0, 1, 0.5, 1.0 / 12},
                             {kRandom_normal, 3, 2, 3, 4},
                             {kRandom_exponential, 2, 0, 2, 4},
                             {kRandom_laplace, 1, 3, 1, 18},
                             {kRandom_lognormal, 0, 0.5, std::exp(0.125), (std::exp(0.25) - 1) * std::exp(0.25)},
                             {kRandom_gamma, 2.5, 2, 5, 10},
                             {kRandom_gamma, 0.4, 1, 0.4, 0.4},
                             {kRandom_beta, 2, 3, 0.4, 0.04},
                             {kRandom_beta, 0.5, 0.5, 0.5, 0.125}}) {
    const int64_t n = 1000000;
    for (int32_t dtype : {kF32, kF64}) {
      const std::vector<char> bytes = Draw(e.op, dtype, {e.a, e.b}, n, Seeded(11));
      double sum = 0, squares = 0;
      for (int64_t i = 0; i < n; i++) {
        double x;
        if (dtype == kF32) {
          float single;
          std::memcpy(&single, bytes.data() + 4 * i, 4);
          x = single;
        } else {
          std::memcpy(&x, bytes.data() + 8 * i, 8);
        }
        sum += x - e.mean;
        squares += (x - e.mean) * (x - e.mean);
      }
      INFO(kRandomRows[e.op].name << " " << NameOf(dtype));
      CHECK(std::fabs(sum / n) < 5 * std::sqrt(e.variance / n));
      CHECK(std::fabs(squares / n / e.variance - 1) < 0.02);
    }
  }
}

TEST_CASE("Uniform numbers stay below high") {
  State state = Seeded(4);
  std::vector<float> y(100000);
  REQUIRE(numrs_random_uniform_f32(nullptr, &state, y.data(), 100000, 1, 1 + 0x1p-22) == NUMRS_OK);
  CHECK(*std::max_element(y.begin(), y.end()) == 1 + 0x1p-23f);
  CHECK(*std::min_element(y.begin(), y.end()) == 1);
  std::vector<double> x(1000);
  REQUIRE(numrs_random_uniform_f64(nullptr, &state, x.data(), 1000, -5e-324, 0) == NUMRS_OK);
  CHECK(*std::max_element(x.begin(), x.end()) < 0);
}

TEST_CASE("Integers cover ranges of any width without bias") {
  State state = Seeded(5);
  std::vector<int64_t> y(60000);
  // A range in which a third of the words would favour some numbers.
  const int64_t high = (int64_t{3} << 61) - 1;
  REQUIRE(numrs_random_integers_i64(nullptr, &state, y.data(), 60000, 0, high) == NUMRS_OK);
  int64_t thirds[3] = {};
  for (int64_t v : y) {
    REQUIRE((v >= 0 && v <= high));
    thirds[v / (int64_t{1} << 61)]++;
  }
  for (int64_t count : thirds) CHECK(std::abs(count - 20000) < 600);
  std::vector<uint32_t> z(60000);
  REQUIRE(numrs_random_integers_u32(nullptr, &state, z.data(), 60000, 0, 3u << 30) == NUMRS_OK);
  int64_t parts[4] = {};
  for (uint32_t v : z) parts[v >> 30]++;
  for (int k = 0; k < 3; k++) CHECK(std::abs(parts[k] - 20000) < 600);
  CHECK(parts[3] <= 1);
  // The same numbers for every dtype that holds the range.
  std::vector<int8_t> narrow(1000);
  std::vector<uint64_t> wide(1000);
  State again = state;
  REQUIRE(numrs_random_integers_i8(nullptr, &state, narrow.data(), 1000, 0, 99) == NUMRS_OK);
  REQUIRE(numrs_random_integers_u64(nullptr, &again, wide.data(), 1000, 0, 99) == NUMRS_OK);
  CHECK(std::equal(narrow.begin(), narrow.end(), wide.begin(), [](int8_t a, uint64_t b) { return uint64_t(a) == b; }));
}

TEST_CASE("Permutations are permutations, each as likely as the others") {
  const int64_t shape[] = {6000, 3}, strides[] = {8, 6000 * 8};
  std::vector<int64_t> y(18000, -1);
  State state = Seeded(6);
  const numrs_view columns = {y.data(), shape, strides, 2, NUMRS_I64};
  REQUIRE(numrs_random_permutation(nullptr, &state, &columns, -1) == NUMRS_OK);
  int64_t counts[27] = {};
  for (int64_t i = 0; i < 6000; i++) counts[9 * y[i] + 3 * y[6000 + i] + y[12000 + i]]++;
  int seen = 0;
  for (int64_t count : counts) {
    if (count == 0) continue;
    seen++;
    CHECK(std::abs(count - 1000) < 150);
  }
  CHECK(seen == 6);
  CHECK(state.counter[0] == 6000 * 8);
  const int64_t n = 100000;
  std::vector<int64_t> line(n), sorted(n);
  std::iota(sorted.begin(), sorted.end(), 0);
  const numrs_view out = View1(line.data(), &n, NUMRS_I64);
  std::vector<int64_t> first;
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    State fresh = Seeded(8);
    REQUIRE(numrs_random_permutation(nullptr, &fresh, &out, 0) == NUMRS_OK);
    if (first.empty()) first = line;
    REQUIRE(line == first);
  });
  std::sort(line.begin(), line.end());
  CHECK(line == sorted);
}

TEST_CASE("Multinomial numbers sum to the trials, classes have their shares") {
  const int64_t shape[] = {2000, 4}, k = 4, one = 1;
  std::vector<int64_t> y(8000), first;
  double p[] = {0.1, 0.2, 0.3, 0.4};
  int64_t trials = 50;
  const numrs_view out = {y.data(), shape, nullptr, 2, NUMRS_I64}, chances = View1(p, &k, NUMRS_F64),
                   n = View1(&trials, &one, NUMRS_I64);
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    State state = Seeded(6);
    REQUIRE(numrs_random_multinomial(nullptr, &state, &n, &chances, &out) == NUMRS_OK);
    if (first.empty()) first = y;
    REQUIRE(y == first);
    CHECK(state.counter[0] == 2000);
  });
  int64_t sums[4] = {};
  for (int64_t i = 0; i < 2000; i++) {
    int64_t all = 0;
    for (int64_t j = 0; j < 4; j++) all += y[4 * i + j], sums[j] += y[4 * i + j];
    REQUIRE(all == 50);
  }
  for (int j = 0; j < 4; j++) CHECK(std::fabs(sums[j] / 100000.0 - p[j]) < 0.01);
  p[0] = 0.2;
  State state = Seeded(6), before = state;
  CHECK(numrs_random_multinomial(nullptr, &state, &n, &chances, &out) == NUMRS_BAD_ARGUMENT);
  CHECK(std::memcmp(&state, &before, sizeof(state)) == 0);
  CHECK(y == first);
}

TEST_CASE("What is wrong is refused, and nothing changes") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  double y[4] = {7, 7, 7, 7};
  const auto refused = [&](numrs_status wanted, numrs_status got, const State& state, const State& before) {
    INFO(numrs_message());
    CHECK(got == wanted);
    CHECK(std::memcmp(&state, &before, sizeof(state)) == 0);
    for (double v : y) CHECK(v == 7);
  };
  State state = Seeded(1);
  const State before = state;
  for (double bad : {nan, inf, -inf, -1.0})
    refused(NUMRS_BAD_ARGUMENT, numrs_random_normal_f64(nullptr, &state, y, 4, 0, bad), state, before);
  refused(NUMRS_BAD_ARGUMENT, numrs_random_uniform_f64(nullptr, &state, y, 4, 2, 1), state, before);
  refused(NUMRS_BAD_ARGUMENT, numrs_random_uniform_f64(nullptr, &state, y, 4, -1.7e308, 1.7e308), state, before);
  refused(NUMRS_BAD_ARGUMENT, numrs_random_beta_f64(nullptr, &state, y, 4, 0, 1), state, before);
  refused(NUMRS_BAD_ARGUMENT, numrs_random_gamma_f64(nullptr, &state, y, 4, -1, 1), state, before);
  refused(NUMRS_BAD_ARGUMENT, numrs_random_normal_f64(nullptr, &state, nullptr, 4, 0, 1), state, before);
  refused(NUMRS_BAD_SHAPE, numrs_random_normal_f64(nullptr, &state, y, -4, 0, 1), state, before);
  refused(NUMRS_BAD_SHAPE, numrs_random_normal_f64(nullptr, &state, y, INT64_MAX, 0, 1), state, before);
  CHECK(numrs_random_normal_f64(nullptr, nullptr, y, 4, 0, 1) == NUMRS_BAD_ARGUMENT);
  int64_t counts[1];
  for (double bad : {nan, -0.1, 1.1}) {
    CHECK(numrs_random_binomial_i64(nullptr, &state, counts, 1, 5, bad) == NUMRS_BAD_ARGUMENT);
    CHECK(numrs_random_geometric_i64(nullptr, &state, counts, 1, bad) == NUMRS_BAD_ARGUMENT);
  }
  CHECK(numrs_random_geometric_i64(nullptr, &state, counts, 1, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_random_binomial_i64(nullptr, &state, counts, 1, 2.5, 0.5) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_random_binomial_i64(nullptr, &state, counts, 1, -1, 0.5) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_random_poisson_i64(nullptr, &state, counts, 1, 1e19) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_random_integers_i64(nullptr, &state, counts, 1, 2, 1) == NUMRS_BAD_ARGUMENT);
  State wrong = state;
  wrong.counter[0] = 4;
  CHECK(numrs_random_normal_f64(nullptr, &wrong, y, 4, 0, 1) == NUMRS_BAD_ARGUMENT);
  wrong = state;
  wrong.counter[1] = uint64_t{1} << 32;
  CHECK(numrs_random_normal_f64(nullptr, &wrong, y, 4, 0, 1) == NUMRS_BAD_ARGUMENT);
  wrong = state;
  wrong.struct_size = 8;
  CHECK(numrs_random_normal_f64(nullptr, &wrong, y, 4, 0, 1) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_random_seed(&state, nullptr, 1) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_random_advance(&state, 4) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_random_blocks(kRandomOps, 1, nullptr) == NUMRS_BAD_ARGUMENT);

  const int64_t n = 4, two = 2, zero_stride = 0;
  const numrs_view out = View1(y, &n, NUMRS_F64), overlapping = {y, &n, &zero_stride, 1, NUMRS_F64};
  double loc[] = {0, 0}, scale = 1;
  const numrs_view parameters[] = {View1(loc, &two, NUMRS_F64), {&scale, nullptr, nullptr, 0, NUMRS_F64}};
  refused(NUMRS_BAD_SHAPE, numrs_random(nullptr, NUMRS_OP_RANDOM_NORMAL, &state, &out, parameters, 2), state, before);
  refused(NUMRS_BAD_ARGUMENT, numrs_random(nullptr, NUMRS_OP_RANDOM_NORMAL, &state, &out, parameters, 1), state,
          before);
  refused(NUMRS_BAD_ARGUMENT, numrs_random(nullptr, -1, &state, &out, parameters, 2), state, before);
  refused(NUMRS_BAD_DTYPE, numrs_random(nullptr, NUMRS_OP_RANDOM_POISSON, &state, &out, parameters + 1, 1), state,
          before);
  refused(NUMRS_BAD_DTYPE, numrs_random(nullptr, NUMRS_OP_RANDOM_INTEGERS, &state, &out, parameters, 2), state, before);
  const numrs_view scalars[] = {parameters[1], parameters[1]};
  refused(NUMRS_OVERLAP, numrs_random(nullptr, NUMRS_OP_RANDOM_NORMAL, &state, &overlapping, scalars, 2), state,
          before);
  double third_wrong[] = {1, 1, -1, 1};
  const numrs_view bad_scales[] = {parameters[1], View1(third_wrong, &n, NUMRS_F64)};
  refused(NUMRS_BAD_ARGUMENT, numrs_random(nullptr, NUMRS_OP_RANDOM_NORMAL, &state, &out, bad_scales, 2), state,
          before);
}

TEST_CASE("Parameters may share memory with the result") {
  double y[1000], apart[1000], scales[1000];
  for (int i = 0; i < 1000; i++) y[i] = scales[i] = i;
  const int64_t n = 1000;
  double loc = 1;
  const numrs_view out = View1(y, &n, NUMRS_F64), other = View1(apart, &n, NUMRS_F64);
  const numrs_view mean = {&loc, nullptr, nullptr, 0, NUMRS_F64};
  const numrs_view shared[] = {mean, out}, separate[] = {mean, View1(scales, &n, NUMRS_F64)};
  State state = Seeded(1), same = state;
  REQUIRE(numrs_random(nullptr, NUMRS_OP_RANDOM_NORMAL, &state, &out, shared, 2) == NUMRS_OK);
  REQUIRE(numrs_random(nullptr, NUMRS_OP_RANDOM_NORMAL, &same, &other, separate, 2) == NUMRS_OK);
  CHECK(std::memcmp(y, apart, sizeof(y)) == 0);
}

TEST_CASE("A draw that is cancelled has moved its state; one without memory has not") {
  numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
  options.poll = [](void*) -> int32_t { return 1; };
  numrs_context* context = nullptr;
  REQUIRE(numrs_context_create(&options, &context) == NUMRS_OK);
  std::vector<double> y(1 << 22);
  State state = Seeded(1), before = state;
  CHECK(numrs_random_beta_f64(context, &state, y.data(), 1 << 22, 2, 3) == NUMRS_CANCELLED);
  CHECK(state.counter[0] == 1 << 22);
  numrs_context_destroy(context);
  state = before;
  const int64_t shape[] = {1 << 20, 2}, strides[] = {8, 8 << 20};
  const numrs_view columns = {y.data(), shape, strides, 2, NUMRS_F64};
  double p[] = {0, 1};
  const numrs_view numbers[] = {{p, nullptr, nullptr, 0, NUMRS_F64}, {p + 1, nullptr, nullptr, 0, NUMRS_F64}};
  PoolTrim();
  PoolSetLimit(PoolStats().in_use_bytes + 64);
  CHECK(numrs_random(nullptr, NUMRS_OP_RANDOM_NORMAL, &state, &columns, numbers, 2) == NUMRS_NO_MEMORY);
  PoolSetLimit(0);
  CHECK(std::memcmp(&state, &before, sizeof(state)) == 0);
  CHECK(numrs_random(nullptr, NUMRS_OP_RANDOM_NORMAL, &state, &columns, numbers, 2) == NUMRS_OK);
}
