// Sorting, order statistics, searching, unique and interpolation on the simulated device: the same bits, statuses and
// messages as on the CPU.
#include "device_support.h"

using namespace device_test;

namespace {

const std::vector<std::vector<int64_t>> kShapes = {{7}, {3, 5, 4}, {2, 0, 3}, {0}, {1, 1000}, {4, 300}};

std::vector<int64_t> With(std::vector<int64_t> shape, int32_t axis, int64_t extent) {
  shape[static_cast<size_t>(axis)] = extent;
  return shape;
}

}  // namespace

TEST_CASE("order along an axis: all dtypes, layouts, axes") {
  const Simulated gpu;
  for (const int32_t dtype : kReal) {
    for (const auto& shape : kShapes) {
      for (int l = 0; l < kLayouts; l++) {
        const Layout layout = static_cast<Layout>(l), other = static_cast<Layout>((l + 1) % kLayouts);
        Twin x(gpu, dtype, shape, layout);
        x.Random(static_cast<uint32_t>(dtype * 10 + l));
        for (int32_t axis = 0; axis < static_cast<int32_t>(shape.size()); axis++) {
          const int64_t n = shape[static_cast<size_t>(axis)];
          const Twin y(gpu, dtype, shape, other), at(gpu, NUMRS_I64, shape, other),
              ranks(gpu, NUMRS_F64, shape, layout);
          for (const int32_t flags : {0, int{NUMRS_ORDER_DESCENDING}}) {
            CHECK(Both(gpu, {&x, &y},
                       [&](numrs_context* c, bool g) { return numrs_sort(c, x(g), y(g), axis, flags); }) == NUMRS_OK);
            CHECK(Both(gpu, {&x, &at}, [&](numrs_context* c, bool g) {
                    return numrs_argsort(c, x(g), at(g), axis, flags);
                  }) == NUMRS_OK);
          }
          CHECK(Both(gpu, {&x, &ranks}, [&](numrs_context* c, bool g) {
                  return numrs_rankdata(c, x(g), ranks(g), axis, NUMRS_RANK_MIN, NUMRS_ORDER_OMIT_NAN);
                }) == NUMRS_OK);
          const int64_t k = n < 3 ? n : 3;
          const Twin values(gpu, dtype, With(shape, axis, k), other), places(gpu, NUMRS_I64, With(shape, axis, k));
          CHECK(Both(gpu, {&x, &values, &places}, [&](numrs_context* c, bool g) {
                  return numrs_topk(c, x(g), values(g), places(g), k, axis, NUMRS_ORDER_SORTED);
                }) == NUMRS_OK);
          const int64_t kth[] = {n - 1, -n, n / 2};
          const numrs_status wanted = n > 0 ? NUMRS_OK : NUMRS_BAD_ARGUMENT;
          CHECK(Both(gpu, {&x, &y}, [&](numrs_context* c, bool g) {
                  return numrs_partition(c, x(g), y(g), kth, 3, axis, 0);
                }) == wanted);
          CHECK(Both(gpu, {&x, &at}, [&](numrs_context* c, bool g) {
                  return numrs_argpartition(c, x(g), at(g), kth, 3, axis, 0);
                }) == wanted);
        }
      }
    }
  }
}

TEST_CASE("sorting in place, in part of itself, long lines, to another dtype") {
  const Simulated gpu;
  Twin x(gpu, NUMRS_F32, {3, 50}, GAPS);
  x.Random(3);
  CHECK(Both(gpu, {&x}, [&](numrs_context* c, bool g) { return numrs_sort(c, x(g), x(g), 1, 0); }) == NUMRS_OK);
  Twin line(gpu, NUMRS_F64, {130});
  line.Random(4);
  const Twin a(line, 0, NUMRS_F64, {100}), b(line, 64, NUMRS_F64, {100}), places(line, 32, NUMRS_I64, {100});
  CHECK(Both(gpu, {&line}, [&](numrs_context* c, bool g) { return numrs_sort(c, a(g), b(g), 0, 0); }) == NUMRS_OK);
  CHECK(Both(gpu, {&line}, [&](numrs_context* c, bool g) { return numrs_argsort(c, a(g), places(g), 0, 0); }) ==
        NUMRS_OK);
  Twin longer(gpu, NUMRS_I32, {200001}), sorted(gpu, NUMRS_F64, {200001});
  longer.Random(5, 100000);
  CHECK(Both(gpu, {&longer, &sorted},
             [&](numrs_context* c, bool g) { return numrs_sort(c, longer(g), sorted(g), 0, 0); }) == NUMRS_OK);
}

TEST_CASE("order along an axis: what is refused leaves all as it was") {
  const Simulated gpu;
  Twin x(gpu, NUMRS_F32, {4, 5}), y(gpu, NUMRS_F32, {4, 5}), at(gpu, NUMRS_I64, {4, 5}), narrow(gpu, NUMRS_I8, {4, 5});
  x.Random(1);
  const int64_t kth[] = {2, 5}, few[] = {0};
  CHECK(Both(gpu, {&x, &y}, [&](numrs_context* c, bool g) { return numrs_partition(c, x(g), y(g), kth, 2, 1, 0); }) ==
        NUMRS_BAD_ARGUMENT);
  CHECK(Both(gpu, {&x, &y}, [&](numrs_context* c, bool g) { return numrs_partition(c, x(g), y(g), few, 0, 1, 0); }) ==
        NUMRS_BAD_ARGUMENT);
  CHECK(Both(gpu, {&x, &y}, [&](numrs_context* c, bool g) { return numrs_sort(c, x(g), y(g), 2, 0); }) ==
        NUMRS_BAD_ARGUMENT);
  CHECK(Both(gpu, {&x, &y}, [&](numrs_context* c, bool g) { return numrs_sort(c, x(g), y(g), 0, 64); }) ==
        NUMRS_BAD_ARGUMENT);
  CHECK(Both(gpu, {&x, &narrow}, [&](numrs_context* c, bool g) { return numrs_sort(c, x(g), narrow(g), 0, 0); }) ==
        NUMRS_BAD_DTYPE);
  CHECK(Both(gpu, {&x, &y, &at}, [&](numrs_context* c, bool g) { return numrs_topk(c, x(g), y(g), at(g), 6, 1, 0); }) ==
        NUMRS_BAD_ARGUMENT);
  // An operand of the host.
  const float one = 1;
  const int64_t single[] = {1};
  const numrs_view host = {const_cast<float*>(&one), single, nullptr, 1, NUMRS_F32 | NUMRS_ON_HOST};
  const Twin result(gpu, NUMRS_F32, {1});
  CHECK(numrs_sort(gpu, &host, result(true), 0, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(std::strstr(numrs_message(), "NUMRS_ON_HOST") != nullptr);
  CHECK(numrs_sort(nullptr, &host, result(false), 0, 0) == NUMRS_OK);  // says nothing on the CPU
}

TEST_CASE("order statistics: axes, masks, weights, quantiles") {
  const Simulated gpu;
  const std::vector<int64_t> shape = {3, 40, 4};
  const int32_t middle[] = {1}, two[] = {2, 0};
  struct Axes {
    const int32_t* axes;
    int32_t n;
    std::vector<int64_t> kept;
  };
  const Axes all[] = {{middle, 1, {3, 4}}, {two, 2, {40}}, {nullptr, -1, {}}};
  const double q[] = {0, 0.25, 0.5, 0.9, 1};
  for (const int32_t dtype : kReal) {
    for (int l = 0; l < kLayouts; l++) {
      const Layout layout = static_cast<Layout>(l);
      Twin x(gpu, dtype, shape, layout), where(gpu, NUMRS_BOOL, {40, 1}, layout), weights(gpu, NUMRS_F32, {40, 4});
      x.Random(static_cast<uint32_t>(dtype + l));
      where.Random(9);
      weights.Random(7, 4, false);
      std::vector<double> shares(160);
      for (size_t i = 0; i < shares.size(); i++) shares[i] = static_cast<double>(i % 5);
      weights.Set(shares);
      for (const Axes& a : all) {
        const int32_t result = IsFloat(dtype) ? dtype : NUMRS_F64;
        std::vector<int64_t> many = a.kept;
        many.insert(many.begin(), 5);
        const Twin y(gpu, result, a.kept, layout), ys(gpu, result, many, layout);
        for (const bool masked : {false, true}) {
          const auto mask = [&](bool g) { return masked ? where(g) : nullptr; };
          CHECK(Both(gpu, {&x, &y}, [&](numrs_context* c, bool g) {
                  return numrs_median(c, x(g), mask(g), y(g), a.axes, a.n, NUMRS_ORDER_OMIT_NAN);
                }) == NUMRS_OK);
          CHECK(Both(gpu, {&x, &y}, [&](numrs_context* c, bool g) {
                  return numrs_mad(c, x(g), mask(g), y(g), a.axes, a.n, 0.5, 0);
                }) == NUMRS_OK);
          CHECK(Both(gpu, {&x, &y}, [&](numrs_context* c, bool g) {
                  return numrs_iqr(c, x(g), mask(g), y(g), a.axes, a.n, 1, NUMRS_QUANTILE_HAZEN, 0);
                }) == NUMRS_OK);
          CHECK(Both(gpu, {&x, &ys}, [&](numrs_context* c, bool g) {
                  return numrs_quantile(c, x(g), mask(g), nullptr, ys(g), q, 5, a.axes, a.n, 0, NUMRS_ORDER_OMIT_NAN);
                }) == NUMRS_OK);
          CHECK(Both(gpu, {&x, &ys}, [&](numrs_context* c, bool g) {
                  return numrs_quantile(c, x(g), mask(g), weights(g), ys(g), q, 5, a.axes, a.n,
                                        NUMRS_QUANTILE_INVERTED_CDF, NUMRS_ORDER_OMIT_NAN);
                }) == NUMRS_OK);
        }
      }
    }
  }
}

TEST_CASE("order statistics: nothing, wrong weights, results in an operand") {
  const Simulated gpu;
  const Twin none(gpu, NUMRS_F64, {0, 3}), y(gpu, NUMRS_F64, {3}), nowhere(gpu, NUMRS_F64, {0});
  const int32_t first[] = {0}, last[] = {1};
  CHECK(Both(gpu, {&y}, [&](numrs_context* c, bool g) {
          return numrs_median(c, none(g), nullptr, y(g), first, 1, 0);
        }) == NUMRS_OK);
  CHECK(Both(gpu, {&nowhere}, [&](numrs_context* c, bool g) {
          return numrs_median(c, none(g), nullptr, nowhere(g), last, 1, 0);
        }) == NUMRS_OK);
  Twin x(gpu, NUMRS_F64, {5, 3}), weights(gpu, NUMRS_F64, {5, 3});
  x.Random(2);
  const double q[] = {0.5}, wrong[] = {1.5};
  const Twin one(gpu, NUMRS_F64, {1, 3});
  const auto quantile = [&](const double* numbers) {
    return Both(gpu, {&x, &weights, &one}, [&](numrs_context* c, bool g) {
      return numrs_quantile(c, x(g), nullptr, weights(g), one(g), numbers, 1, first, 1, NUMRS_QUANTILE_INVERTED_CDF, 0);
    });
  };
  for (const double bad : {-1.0, std::nan(""), HUGE_VAL}) {
    std::vector<double> shares(15, 1);
    shares[7] = bad;
    weights.Set(shares);
    CHECK(quantile(q) == NUMRS_BAD_ARGUMENT);
  }
  weights.Set(std::vector<double>(15, 2));
  CHECK(quantile(wrong) == NUMRS_BAD_ARGUMENT);
  CHECK(quantile(q) == NUMRS_OK);
  const Twin inside(x, 8, NUMRS_F64, {3});
  CHECK(Both(gpu, {&x}, [&](numrs_context* c, bool g) {
          return numrs_median(c, x(g), nullptr, inside(g), first, 1, 0);
        }) == NUMRS_OK);
}

TEST_CASE("places in sorted lines, with and without a sorter that is checked") {
  const Simulated gpu;
  for (const int32_t dtype : kReal) {
    for (int l = 0; l < kLayouts; l++) {
      const Layout layout = static_cast<Layout>(l);
      Twin x(gpu, dtype, {60}, layout), at(gpu, NUMRS_I64, {60}), values(gpu, dtype, {7, 11}, layout);
      x.Random(static_cast<uint32_t>(dtype));
      values.Random(static_cast<uint32_t>(dtype + l), 15);
      Twin sorted(gpu, dtype, {60}, layout), y(gpu, NUMRS_I64, {7, 11}, layout), none(gpu, dtype, {0});
      CHECK(Both(gpu, {&sorted}, [&](numrs_context* c, bool g) { return numrs_sort(c, x(g), sorted(g), 0, 0); }) ==
            NUMRS_OK);
      CHECK(Both(gpu, {&at}, [&](numrs_context* c, bool g) { return numrs_argsort(c, x(g), at(g), 0, 0); }) ==
            NUMRS_OK);
      for (const int32_t flags : {0, int{NUMRS_ORDER_RIGHT}}) {
        CHECK(Both(gpu, {&sorted, &values, &y}, [&](numrs_context* c, bool g) {
                return numrs_searchsorted(c, sorted(g), values(g), nullptr, y(g), flags);
              }) == NUMRS_OK);
        CHECK(Both(gpu, {&x, &values, &y}, [&](numrs_context* c, bool g) {
                return numrs_searchsorted(c, x(g), values(g), at(g), y(g), flags);
              }) == NUMRS_OK);
        CHECK(Both(gpu, {&values, &y}, [&](numrs_context* c, bool g) {
                return numrs_searchsorted(c, none(g), values(g), nullptr, y(g), flags);
              }) == NUMRS_OK);
      }
    }
  }
  Twin x(gpu, NUMRS_F64, {4}), values(gpu, NUMRS_F64, {3}), sorter(gpu, NUMRS_I32, {4}), y(gpu, NUMRS_I64, {3}),
      empty(gpu, NUMRS_F64, {0}), nothing(gpu, NUMRS_I64, {0});
  x.Set({1, 2, 3, 4});
  values.Set({0, 2, 5});
  for (const double bad : {4.0, -1.0}) {
    sorter.Set({0, 1, bad, 3});
    CHECK(Both(gpu, {&y}, [&](numrs_context* c, bool g) {
            return numrs_searchsorted(c, x(g), values(g), sorter(g), y(g), 0);
          }) == NUMRS_BAD_INDEX);
    CHECK(Both(gpu, {&y}, [&](numrs_context* c, bool g) {
            return numrs_searchsorted(c, x(g), empty(g), sorter(g), nothing(g), 0);
          }) == NUMRS_BAD_INDEX);
  }
  const Twin inside(values, 0, NUMRS_I64, {3});
  CHECK(Both(gpu, {&values}, [&](numrs_context* c, bool g) {
          return numrs_searchsorted(c, x(g), values(g), nullptr, inside(g), 0);
        }) == NUMRS_OK);
}

TEST_CASE("different elements: every output, or none of them") {
  const Simulated gpu;
  for (const int32_t dtype : kReal) {
    for (int l = 0; l < kLayouts; l++) {
      for (const std::vector<int64_t>& shape : {std::vector<int64_t>{6, 30}, {0, 2}, {1}}) {
        const Layout layout = static_cast<Layout>(l);
        Twin x(gpu, dtype, shape, layout);
        x.Random(static_cast<uint32_t>(dtype + l));
        const int64_t n = x.count();
        const Twin values(gpu, dtype, {n}, layout), indices(gpu, NUMRS_I64, {n}), counts(gpu, NUMRS_I64, {n}, layout),
            inverse(gpu, NUMRS_I64, shape, layout);
        for (const bool more : {false, true}) {
          int64_t found[2] = {-1, -1};
          CHECK(Both(gpu, {&x, &values, &indices, &counts, &inverse}, [&](numrs_context* c, bool g) {
                  return numrs_unique(c, x(g), values(g), more ? indices(g) : nullptr, more ? inverse(g) : nullptr,
                                      more ? counts(g) : nullptr, &found[g]);
                }) == NUMRS_OK);
          CHECK(found[0] == found[1]);
          CHECK(found[0] <= n);
        }
      }
    }
  }
  Twin x(gpu, NUMRS_F32, {20});
  x.Random(4);
  int64_t found[2] = {0, 0};
  CHECK(Both(gpu, {&x}, [&](numrs_context* c, bool g) {
          return numrs_unique(c, x(g), x(g), nullptr, nullptr, nullptr, &found[g]);
        }) == NUMRS_OK);
  const Twin few(gpu, NUMRS_F32, {19});
  CHECK(Both(gpu, {&few}, [&](numrs_context* c, bool g) {
          return numrs_unique(c, x(g), few(g), nullptr, nullptr, nullptr, &found[g]);
        }) == NUMRS_BAD_SHAPE);
}

TEST_CASE("interpolation") {
  const Simulated gpu;
  for (const int32_t dtype : {NUMRS_F64, NUMRS_F32, NUMRS_I16, NUMRS_F16}) {
    for (int l = 0; l < kLayouts; l++) {
      const Layout layout = static_cast<Layout>(l);
      for (const int64_t n : {0, 3, 500}) {
        Twin x(gpu, dtype, {n, 2}, layout), xp(gpu, dtype, {40}, layout), fp(gpu, NUMRS_F64, {40}, layout);
        const Twin y(gpu, NUMRS_F64, {n, 2}, layout);
        x.Random(static_cast<uint32_t>(n), 23);
        fp.Random(8);
        std::vector<double> points(40);
        for (size_t i = 0; i < points.size(); i++) points[i] = static_cast<double>(i) / 4 - 5;
        xp.Set(points);
        CHECK(Both(gpu, {&x, &xp, &fp, &y}, [&](numrs_context* c, bool g) {
                return numrs_interp(c, x(g), xp(g), fp(g), y(g), -1, 7);
              }) == NUMRS_OK);
      }
    }
  }
  Twin x(gpu, NUMRS_F64, {30}), few(gpu, NUMRS_F64, {29});
  x.Random(1);
  CHECK(Both(gpu, {&x}, [&](numrs_context* c, bool g) { return numrs_interp(c, x(g), x(g), x(g), x(g), 0, 1); }) ==
        NUMRS_OK);
  CHECK(Both(gpu, {&x, &few}, [&](numrs_context* c, bool g) {
          return numrs_interp(c, x(g), x(g), few(g), x(g), 0, 1);
        }) == NUMRS_BAD_SHAPE);
}

TEST_CASE("raw functions of order") {
  const Simulated gpu;
  Twin x(gpu, NUMRS_F32, {2, 50, 3}), y(gpu, NUMRS_F32, {2, 50, 3}), at(gpu, NUMRS_I64, {2, 50, 3}),
      ranks(gpu, NUMRS_F64, {2, 50, 3}), ys(gpu, NUMRS_F32, {2, 2, 3});
  x.Random(6);
  const int64_t kth[] = {7, 40};
  const double q[] = {0.1, 0.5};
  const std::vector<const Twin*> all = {&x, &y, &at, &ranks, &ys};
  const auto f = [](const Twin& t, bool g) { return t.data<float>(g); };
  const auto i = [](const Twin& t, bool g) { return t.data<int64_t>(g); };
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) { return numrs_sort_f32(c, f(x, g), f(y, g), 2, 50, 3, 0); }) ==
        NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_argsort_f32(c, f(x, g), i(at, g), 2, 50, 3, 0);
        }) == NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_partition_f32(c, f(x, g), kth, f(y, g), 2, 50, 3, 2);
        }) == NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_argpartition_f32(c, f(x, g), kth, i(at, g), 2, 50, 3, 2);
        }) == NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_topk_f32(c, f(x, g), f(y, g), i(at, g), 2, 50, 3, 4, 0);
        }) == NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_rankdata_f32(c, f(x, g), ranks.data<double>(g), 2, 50, 3, 0, 0);
        }) == NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_quantile_f32(c, f(x, g), q, f(ys, g), 2, 50, 3, 2, 0, 0);
        }) == NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_median_f32(c, f(x, g), f(ys, g), 2, 50, 3, NUMRS_ORDER_OMIT_NAN);
        }) == NUMRS_OK);
  int64_t found[2];
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_unique_f32(c, f(x, g), f(y, g), i(at, g), &found[g], 300);
        }) == NUMRS_OK);
  CHECK(found[0] == found[1]);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_searchsorted_f32(c, f(y, g), f(x, g), i(at, g), found[0], 300, 0);
        }) == NUMRS_OK);
}

TEST_CASE("recorded sorting keeps the places that the caller gave") {
  const Simulated gpu(1);
  Twin x(gpu, NUMRS_F64, {100}), y(gpu, NUMRS_F64, {100});
  x.Random(3, 50, false);
  int64_t kth[] = {40};
  numrs_device_graph* graph = nullptr;
  REQUIRE(numrs_partition(nullptr, x(false), y(false), kth, 1, 0, 0) == NUMRS_OK);
  REQUIRE(numrs_device_record_begin(gpu) == NUMRS_OK);
  CHECK(numrs_partition(gpu, x(true), y(true), kth, 1, 0, 0) == NUMRS_OK);
  int64_t found;
  CHECK(numrs_unique(gpu, x(true), y(true), nullptr, nullptr, nullptr, &found) == NUMRS_BAD_ARGUMENT);  // waits
  REQUIRE(numrs_device_record_end(gpu, &graph) == NUMRS_OK);
  kth[0] = 3;
  const Twin other(gpu, NUMRS_F64, {100});
  REQUIRE(numrs_partition(nullptr, x(false), other(false), kth, 1, 0, 0) == NUMRS_OK);  // in the memory of the places
  REQUIRE(numrs_device_graph_launch(gpu, graph) == NUMRS_OK);
  CHECK(y.Here() == y.There());
  numrs_device_graph_free(graph);
}
