// Sorting and order statistics: every row x dtype x backend x instruction set gives the bits of cpu-portable on hard
// inputs; long lines in steps with any number of threads and cancelled; memory that runs out.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "catch.h"
#include "core/backend.h"
#include "core/memory.h"
#include "core/order_tables.h"
#include "core/threads.h"
#include "numrs/numrs.h"
#include "ops/order.h"

using namespace numrs;

namespace {

// n elements: all values, few values, runs, every second or every 100th one within 200 steps of a value while the
// others are far apart; for floats NaN, infinities and zeros of both signs.
std::vector<char> Values(int32_t dtype, int64_t n, int pattern) {
  std::mt19937_64 random(static_cast<uint64_t>(pattern * 1000 + n));
  std::vector<char> bytes(static_cast<size_t>(n * SizeOf(dtype)) + 8);
  for (int64_t i = 0; i < n; i++) {
    const uint64_t raw = pattern == 0                        ? random()
                         : pattern == 1                      ? random() % 3
                         : pattern == 2                      ? static_cast<uint64_t>(i)
                         : pattern == 3                      ? static_cast<uint64_t>(n - i)
                         : pattern == 4                      ? static_cast<uint64_t>(i < n / 2 ? i : n - i)
                         : i % (pattern == 5 ? 2 : 100) == 0 ? (uint64_t{3} << 60) + random() % 200
                                                             : random();
    char* at = bytes.data() + i * SizeOf(dtype);
    if (dtype == kF32 || dtype == kF64) {
      static const double kSpecial[] = {0.0, -0.0, 1.0, INFINITY, -INFINITY, NAN};
      const double real = pattern == 0     ? static_cast<double>(static_cast<int64_t>(raw))
                          : pattern == 1   ? kSpecial[random() % 6]
                          : pattern < 5    ? static_cast<double>(raw)
                          : raw >> 60 == 3 ? 1 + static_cast<double>(raw % 256) * std::numeric_limits<double>::epsilon()
                                           : std::ldexp(static_cast<double>(static_cast<int64_t>(raw)),
                                                        static_cast<int>(random() % 1500) - 800);
      const float single = static_cast<float>(real);
      std::memcpy(at, dtype == kF32 ? static_cast<const void*>(&single) : &real, static_cast<size_t>(SizeOf(dtype)));
    } else {
      const uint64_t value = dtype == kBOOL ? raw & 1 : raw;
      std::memcpy(at, &value, static_cast<size_t>(SizeOf(dtype)));
    }
  }
  return bytes;
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

TEST_CASE("lines have the bits of cpu-portable on every instruction set", "[order]") {
  int last = 0;
  while (KernelsAt(last + 1)) last++;
  const OrderTable& portable = *KernelsAt(last)->order;
  static const double kQ[] = {0, 0.1, 0.5, 0.5, 0.99, 1};
  for (int32_t op = 0; op < kOrderOps; op++) {
    for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
      if (!portable.line[op][dtype]) continue;
      for (const int64_t n : {0, 1, 2, 9, 63, 200, 1025, 40000}) {
        for (int pattern = 0; pattern < 7; pattern++) {
          for (const int32_t flags : {0, 1, 2, 8}) {
            if (flags == NUMRS_ORDER_DESCENDING && op > kOrder_argsort) continue;
            if (flags >= NUMRS_ORDER_OMIT_NAN && op < kOrder_topk) continue;
            const std::vector<char> x = Values(dtype, n, pattern);
            const int64_t kth[] = {n / 3, n / 2};
            OrderOptions options;
            options.flags = flags;
            options.k = n / 2;
            options.kth = kth;
            options.n_kth = n == 0 ? 0 : n / 3 == n / 2 ? 1 : 2;
            options.q = kQ;
            options.n_q = 6;
            const OrderRow& row = kOrderRows[op];
            const int64_t length = row.length == OrderLength::ALONG ? n
                                   : row.length == OrderLength::K   ? n / 2
                                   : row.length == OrderLength::Q   ? 6
                                                                    : 1;
            const size_t bytes = static_cast<size_t>(length * SizeOf(OrderResultDType(row.result, dtype)));
            std::vector<char> expected(bytes + 8), got(bytes + 8), scratch(OrderScratch(op, dtype, n) + 64);
            std::vector<int64_t> places(static_cast<size_t>(n) + 1), other(static_cast<size_t>(n) + 1);
            void* memory = scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64) % 64;
            portable.line[op][dtype]({x.data(), n, expected.data(), places.data(), nullptr, &options, memory});
            for (int k = 0; k < last; k++) {
              const Kernels& kernels = *KernelsAt(k);
              kernels.order->line[op][dtype]({x.data(), n, got.data(), other.data(), nullptr, &options, memory});
              INFO(row.name << " " << NameOf(dtype) << " n " << n << " pattern " << pattern << " flags " << flags << " "
                            << kernels.target);
              REQUIRE(std::memcmp(expected.data(), got.data(), bytes) == 0);
              REQUIRE(places == other);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("a long line in steps is sorted whatever the threads", "[order]") {
  const Threads restore;
  SetThreadThresholdNs(0);
  const int64_t n = 700001;
  for (const int32_t dtype : {kI32, kI64, kU64, kF32, kF64}) {
    for (int pattern = 0; pattern < 7; pattern++) {
      const std::vector<char> x = Values(dtype, n, pattern);
      const numrs_view in = {const_cast<char*>(x.data()), &n, nullptr, 1, dtype};
      std::vector<char> first(x.size()), again(x.size());
      std::vector<int64_t> order(static_cast<size_t>(n)), same(static_cast<size_t>(n));
      for (const int threads : {1, 2, 5}) {
        SetNumThreads(threads);
        const numrs_view y = {(threads == 1 ? first : again).data(), &n, nullptr, 1, dtype};
        const numrs_view places = {(threads == 1 ? order : same).data(), &n, nullptr, 1, kI64};
        REQUIRE(numrs_sort(nullptr, &in, &y, 0, 0) == NUMRS_OK);
        REQUIRE(numrs_argsort(nullptr, &in, &places, 0, 0) == NUMRS_OK);
        if (threads == 1) continue;
        REQUIRE(std::memcmp(first.data(), again.data(), static_cast<size_t>(n * SizeOf(dtype))) == 0);
        REQUIRE(order == same);
      }
      for (int64_t i = 0; i < n; i++) {  // the positions are those of the sorted elements
        REQUIRE(std::memcmp(first.data() + i * SizeOf(dtype), x.data() + order[static_cast<size_t>(i)] * SizeOf(dtype),
                            static_cast<size_t>(SizeOf(dtype))) == 0);
      }
    }
  }
}

TEST_CASE("a long sort can be cancelled", "[order]") {
  const int64_t n = 30000000;
  std::vector<double> x(static_cast<size_t>(n));
  std::mt19937_64 random(1);
  for (double& v : x) v = static_cast<double>(random());
  static int polls;
  polls = 0;
  numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
  options.poll = [](void*) -> int32_t { return ++polls >= 2; };
  numrs_context* context;
  REQUIRE(numrs_context_create(&options, &context) == NUMRS_OK);
  REQUIRE(numrs_sort_f64(context, x.data(), x.data(), 1, n, 1, 0) == NUMRS_CANCELLED);
  REQUIRE(polls == 2);
  numrs_context_destroy(context);
}

TEST_CASE("nothing is written when there is no memory", "[order]") {
  std::vector<double> x(5000, 1.0), y(5000, 7.0);
  numrs_memory_trim();
  REQUIRE(numrs_memory_set_limit(4096) == NUMRS_OK);
  const numrs_status status = numrs_sort_f64(nullptr, x.data(), y.data(), 1, 5000, 1, 0);
  numrs_memory_set_limit(0);
  REQUIRE(status == NUMRS_NO_MEMORY);
  REQUIRE(std::all_of(y.begin(), y.end(), [](double v) { return v == 7; }));
}
