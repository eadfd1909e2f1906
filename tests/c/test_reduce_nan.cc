// Reductions that leave NaN out, on every backend and instruction set: wide arithmetic, equal bits, refusals.
#include "reduce_support.h"

using namespace numrs;
using namespace reduce_support;

TEST_CASE("NaN is left out on every instruction set, with equal bits") {
  const int64_t shapes[][3] = {{1, 1, 1}, {1, 7, 1},  {1, 1003, 1}, {1, 13001, 1}, {70, 5, 1}, {3, 40, 1},
                               {1, 6, 9}, {2, 35, 3}, {1, 4200, 8}, {1, 300, 130}, {2, 33, 70}};
  for (int32_t dtype : {kF16, kBF16, kF32, kF64}) {
    for (const auto& s : shapes) {
      const int64_t outer = s[0], n = s[1], inner = s[2];
      for (int holes = 0; holes < 4; holes++) {  // few, many, all but the last, all
        std::vector<char> x = Values(dtype, outer * n * inner, static_cast<uint32_t>(n));
        const auto is_hole = [&](int64_t i, int64_t k) {
          return holes == 0 ? i % 7 == 3 : holes == 1 ? i * 2654435761u % 5 != 1 : holes == 2 ? k + 1 != n : true;
        };
        for (int64_t i = 0; i < outer * n * inner; i++) {
          if (is_hole(i, i / inner % n)) std::memset(x.data() + i * SizeOf(dtype), 0xFF, SizeOf(dtype));
        }
        for (int32_t op = kReduce_nansum; op <= kReduce_count; op++) {
          int32_t result = 0;
          REQUIRE(numrs_reduce_dtype(op, dtype, &result) == NUMRS_OK);
          std::vector<std::vector<long double>> lines;
          std::vector<std::vector<int64_t>> places;
          bool refused = false;
          for (int64_t o = 0; o < outer * inner; o++) {
            lines.emplace_back();
            places.emplace_back();
            for (int64_t k = 0; k < n; k++) {
              const long double v = Wide(x.data() + ((o / inner * n + k) * inner + o % inner) * SizeOf(dtype), dtype);
              if (v == v) lines.back().push_back(v), places.back().push_back(k);
            }
            refused |= lines.back().empty() && IsArgument(op);
          }
          if (refused) {
            const int64_t shape[] = {outer, n, inner}, y_shape[] = {outer, inner};
            std::vector<int64_t> y(static_cast<size_t>(outer * inner), 77);
            const numrs_view in = {x.data(), shape, nullptr, 3, dtype}, out = {y.data(), y_shape, nullptr, 2, kI64};
            const int32_t axis = 1;
            ForEachKernels([&](const std::string&) {
              REQUIRE(numrs_reduce(nullptr, op, &in, nullptr, &out, &axis, 1, 0) == NUMRS_BAD_ARGUMENT);
            });
            for (int64_t v : y) REQUIRE(v == 77);
            continue;
          }
          std::vector<char> first;
          ForEachKernels([&](const std::string& name) {
            const std::vector<char> y = Reduce3(op, x.data(), dtype, outer, n, inner);
            if (first.empty()) first = y;
            INFO(name << " " << kReduceRows[op].name << " " << NameOf(dtype) << " " << outer << " " << n << " " << inner
                      << " holes " << holes);
            REQUIRE(y == first);
          });
          for (size_t o = 0; o < lines.size(); o++) {
            const long double got = Wide(first.data() + static_cast<int64_t>(o) * SizeOf(result), result);
            INFO(kReduceRows[op].name << " " << NameOf(dtype) << " n=" << n << " holes " << holes);
            if (lines[o].empty()) {
              const bool none = op != kReduce_nansum && op != kReduce_nanprod && op != kReduce_count;
              REQUIRE((none ? got != got : got == (op == kReduce_nanprod ? 1 : 0)));
              continue;
            }
            Expected e = Reference(op, lines[o], result);
            if (IsArgument(op)) e.value = static_cast<long double>(places[o][static_cast<size_t>(e.value)]);
            REQUIRE(std::fabs(got - e.value) <= e.error);
          }
        }
      }
    }
  }
}
