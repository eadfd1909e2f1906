// Pools, convolutions, attention and rotary embeddings on the simulated device: the same bits as on the CPU.
#include "on_device.h"

using namespace on_device;

namespace {

using Shape = std::vector<int64_t>;
constexpr int32_t kFloats[] = {NUMRS_F32, NUMRS_F64, NUMRS_BF16, NUMRS_F16};

// The float dtypes in C order, and float32 and bfloat16 in the other layouts.
void ForEach(const std::function<void(int32_t, Layout)>& body) {
  for (const int32_t dtype : kFloats) body(dtype, Layout::DENSE);
  for (const Layout layout : kLayouts) {
    if (layout == Layout::DENSE) continue;
    body(NUMRS_F32, layout);
    body(NUMRS_BF16, layout);
  }
}

// A pool of x to y with its gradient, by windows or, without a kernel, adaptive.
struct Windows {
  Shape x, y, kernel, stride, padding, dilation;
  const int64_t* Stride() const { return stride.empty() ? nullptr : stride.data(); }
  const int64_t* Padding() const { return padding.empty() ? nullptr : padding.data(); }
  const int64_t* Dilation() const { return dilation.empty() ? nullptr : dilation.data(); }
};

void CheckMaximum(numrs_context* gpu, const Windows& w, int32_t spatial, int32_t dtype, Layout layout) {
  const Call forward = [&](numrs_context* c, const numrs_view* v) {
    return w.kernel.empty()
               ? numrs_adaptive_max_pool(c, v, v + 1, v + 2, spatial)
               : numrs_max_pool(c, v, v + 1, v + 2, spatial, w.kernel.data(), w.Stride(), w.Padding(), w.Dilation());
  };
  const Call no_places = [&](numrs_context* c, const numrs_view* v) {
    return w.kernel.empty()
               ? numrs_adaptive_max_pool(c, v, v + 1, nullptr, spatial)
               : numrs_max_pool(c, v, v + 1, nullptr, spatial, w.kernel.data(), w.Stride(), w.Padding(), w.Dilation());
  };
  std::vector<Array> a = {{dtype, w.x, layout}, {dtype, w.y, layout}, {NUMRS_I64, w.y, layout}};
  CHECK(OnBoth(gpu, &a, no_places) == NUMRS_OK);
  CHECK(OnBoth(gpu, &a, forward) == NUMRS_OK);
  std::vector<Array> b = {{dtype, w.y, layout}, a[2], {dtype, w.x, layout}};
  const Call backward = [&](numrs_context* c, const numrs_view* v) {
    return numrs_max_pool_backward(c, v, v + 1, v + 2, spatial);
  };
  CHECK(OnBoth(gpu, &b, backward) == NUMRS_OK);
  if (a[2].size == 0) return;
  int64_t plane = w.x.back() * (spatial == 2 ? w.x[w.x.size() - 2] : 1);
  for (const int64_t bad : {int64_t{-1}, plane, INT64_MIN, INT64_MAX}) {
    std::vector<int64_t> places = a[2].Values<int64_t>();
    places.back() = bad;
    b[1] = Array(NUMRS_I64, w.y, places, layout);
    CHECK(OnBoth(gpu, &b, backward) == NUMRS_BAD_INDEX);
    CHECK(Says("max_pool_backward"));
  }
}

void CheckAverage(numrs_context* gpu, const Windows& w, int32_t spatial, int32_t dtype, Layout layout, int32_t count,
                  int64_t divisor) {
  std::vector<Array> a = {{dtype, w.x, layout}, {dtype, w.y, layout}};
  const Call forward = [&](numrs_context* c, const numrs_view* v) {
    return w.kernel.empty()
               ? numrs_adaptive_avg_pool(c, v, v + 1, spatial)
               : numrs_avg_pool(c, v, v + 1, spatial, w.kernel.data(), w.Stride(), w.Padding(), count, divisor);
  };
  const Call backward = [&](numrs_context* c, const numrs_view* v) {
    return w.kernel.empty() ? numrs_adaptive_avg_pool_backward(c, v + 1, v, spatial)
                            : numrs_avg_pool_backward(c, v + 1, v, spatial, w.kernel.data(), w.Stride(), w.Padding(),
                                                      count, divisor);
  };
  CHECK(OnBoth(gpu, &a, forward) == NUMRS_OK);
  CHECK(OnBoth(gpu, &a, backward) == NUMRS_OK);
}

const Windows kWindows[] = {
    {{2, 3, 7, 9}, {2, 3, 3, 4}, {2, 2}, {}, {}, {}},     {{3, 12, 20}, {3, 6, 10}, {2, 2}, {2, 2}, {}, {}},
    {{2, 5, 31}, {2, 5, 16}, {3, 3}, {1, 2}, {1, 1}, {}}, {{5, 4}, {3, 5}, {3, 2}, {2, 1}, {1, 1}, {}},
    {{0, 3, 4, 4}, {0, 3, 2, 2}, {2, 2}, {}, {}, {}},
};

}  // namespace

TEST_CASE("pools of planes") {
  const Context gpu;
  ForEach([&](int32_t dtype, Layout layout) {
    for (const Windows& w : kWindows) {
      CheckMaximum(gpu, w, 2, dtype, layout);
      CheckAverage(gpu, w, 2, dtype, layout, 0, 0);
      CheckAverage(gpu, w, 2, dtype, layout, 1, 0);
      CheckAverage(gpu, w, 2, dtype, layout, 0, 3);
    }
    CheckMaximum(gpu, {{2, 9, 11}, {2, 5, 5}, {3, 3}, {1, 1}, {0, 1}, {2, 4}}, 2, dtype, layout);
  });
}

TEST_CASE("pools of lines") {
  const Context gpu;
  ForEach([&](int32_t dtype, Layout layout) {
    const Windows lines = {{2, 3, 17}, {2, 3, 8}, {3}, {2}, {}, {}}, one = {{1}, {1}, {1}, {}, {}, {}};
    for (const Windows& w : {lines, one}) {
      CheckMaximum(gpu, w, 1, dtype, layout);
      CheckAverage(gpu, w, 1, dtype, layout, 1, 0);
    }
  });
}

TEST_CASE("adaptive and global pools") {
  const Context gpu;
  ForEach([&](int32_t dtype, Layout layout) {
    for (const Shape& y : {Shape{2, 3, 1, 1}, Shape{2, 3, 2, 5}, Shape{2, 3, 7, 4}, Shape{2, 3, 0, 4}}) {
      const Windows w = {{2, 3, 7, 6}, y, {}, {}, {}, {}};
      CheckMaximum(gpu, w, 2, dtype, layout);
      CheckAverage(gpu, w, 2, dtype, layout, 0, 0);
    }
    CheckAverage(gpu, {{0, 4, 5}, {0, 1, 1}, {}, {}, {}, {}}, 2, dtype, layout, 0, 0);
  });
}

TEST_CASE("pools: the result in the input's memory, bad arguments, too little memory") {
  const Context gpu;
  const int64_t kernel[] = {2, 2}, zero[] = {0, 2};
  std::vector<Array> a = {
      {NUMRS_F32, {3, 6, 6}}, Array::In(0, Array(NUMRS_F32, {3, 3, 3}), 20), {NUMRS_I64, {3, 3, 3}}};
  const Call pool = [&](numrs_context* c, const numrs_view* v) {
    return numrs_max_pool(c, v, v + 1, v + 2, 2, kernel, nullptr, nullptr, nullptr);
  };
  CHECK(OnBoth(gpu, &a, pool) == NUMRS_OK);
  a[2] = Array::In(0, Array(NUMRS_I64, {3, 3, 3}), 24);
  CHECK(OnBoth(gpu, &a, pool) == NUMRS_OVERLAP);
  a[1] = Array(NUMRS_F32, {3, 3, 3});
  CHECK(OnBoth(gpu, &a, pool) == NUMRS_OK);
  a[1] = Array(NUMRS_F32, {3, 3, 4});
  CHECK(OnBoth(gpu, &a, pool) == NUMRS_BAD_SHAPE);
  const auto bad = [&](numrs_context* c, const numrs_view* v) {
    return numrs_avg_pool(c, v, v + 1, 2, zero, nullptr, nullptr, 0, 0);
  };
  CHECK(OnBoth(gpu, &a, bad) == NUMRS_BAD_ARGUMENT);
  a = {{NUMRS_BF16, {3, 6, 6}, Layout::GAPS},
       {NUMRS_BF16, {3, 3, 3}, Layout::GAPS},
       {NUMRS_I64, {3, 3, 3}, Layout::GAPS}};
  Starved(gpu, a, pool);
  AllocatesOnce(gpu, a, pool);
  std::vector<Array> b = {a[1], {NUMRS_I64, {3, 3, 3}, std::vector<int64_t>(27, 5), Layout::GAPS}, a[0]};
  Starved(gpu, b, [](numrs_context* c, const numrs_view* v) { return numrs_max_pool_backward(c, v, v + 1, v + 2, 2); });
  // A result in memory of the host.
  std::vector<Array> one = {{NUMRS_F32, {1}}, Array::OnHost(NUMRS_F32, 2.0f)};
  one[1].shape = {1};
  one[1].strides = {4};
  const int64_t single[] = {1};
  CHECK(OnDevice(gpu, &one, [&](numrs_context* c, const numrs_view* v) {
          return numrs_avg_pool(c, v, v + 1, 1, single, nullptr, nullptr, 0, 0);
        }) == NUMRS_BAD_ARGUMENT);
  CHECK(Says("NUMRS_ON_HOST"));
}

namespace {

struct Conv {
  Shape x, weight, y;
  Shape stride, padding, dilation;
  int64_t groups;
  const int64_t* Of(const Shape& s) const { return s.empty() ? nullptr : s.data(); }
};

void CheckConv(numrs_context* gpu, const Conv& s, bool transposed, int32_t dtype, Layout layout) {
  const int64_t *stride = s.Of(s.stride), *padding = s.Of(s.padding), *dilation = s.Of(s.dilation);
  const auto run = transposed ? numrs_conv_transpose : numrs_conv;
  const auto back = transposed ? numrs_conv_transpose_backward : numrs_conv_backward;
  for (const bool bias : {true, false}) {
    std::vector<Array> a = {
        {dtype, s.x, layout}, {dtype, s.weight, layout}, {dtype, {s.y[1]}, layout}, {dtype, s.y, layout}};
    CHECK(OnBoth(gpu, &a, [&](numrs_context* c, const numrs_view* v) {
            return run(c, v, v + 1, bias ? v + 2 : nullptr, v + 3, stride, padding, dilation, s.groups);
          }) == NUMRS_OK);
  }
  for (int which = 1; which < 8; which++) {
    std::vector<Array> a = {{dtype, s.y, layout}, {dtype, s.x, layout},      {dtype, s.weight, layout},
                            {dtype, s.x, layout}, {dtype, s.weight, layout}, {dtype, {s.y[1]}, layout}};
    CHECK(OnBoth(gpu, &a, [&](numrs_context* c, const numrs_view* v) {
            return back(c, v, v + 1, v + 2, which & 1 ? v + 3 : nullptr, which & 2 ? v + 4 : nullptr,
                        which & 4 ? v + 5 : nullptr, stride, padding, dilation, s.groups);
          }) == NUMRS_OK);
  }
}

const Conv kConvs[] = {
    {{2, 3, 9, 8}, {4, 3, 3, 3}, {2, 4, 9, 8}, {}, {1, 1, 1, 1}, {}, 1},
    {{2, 4, 9, 8}, {6, 2, 3, 2}, {2, 6, 4, 4}, {2, 2}, {0, 1, 1, 0}, {}, 2},
    {{1, 3, 12}, {5, 3, 4}, {1, 5, 8}, {}, {1, 1}, {2}, 1},
    {{3, 4, 7}, {4, 1, 3}, {3, 4, 3}, {2}, {}, {}, 4},
    {{0, 3, 5, 5}, {2, 3, 2, 2}, {0, 2, 4, 4}, {}, {}, {}, 1},
    {{2, 0, 5}, {3, 0, 2}, {2, 3, 4}, {}, {}, {}, 1},
    {{2, 3, 5}, {0, 3, 2}, {2, 0, 4}, {}, {}, {}, 1},
};
// Of a transposed one, x is the output of the convolution.
const Conv kTransposed[] = {
    {{2, 4, 4, 3}, {4, 3, 3, 3}, {2, 3, 9, 8}, {2, 2}, {0, 0, 0, 0}, {}, 1},
    {{2, 4, 5}, {4, 2, 3}, {2, 4, 11}, {2}, {0, 0}, {}, 2},
    {{1, 3, 6}, {3, 2, 2}, {1, 2, 6}, {}, {1, 1}, {2}, 1},
    {{0, 3, 5}, {3, 2, 2}, {0, 2, 6}, {}, {}, {}, 1},
    {{2, 0, 5}, {0, 2, 2}, {2, 2, 6}, {}, {}, {}, 1},
};

}  // namespace

TEST_CASE("convolutions and their gradients") {
  const Context gpu;
  ForEach([&](int32_t dtype, Layout layout) {
    for (const Conv& s : kConvs) CheckConv(gpu, s, false, dtype, layout);
  });
}

TEST_CASE("transposed convolutions and their gradients") {
  const Context gpu;
  ForEach([&](int32_t dtype, Layout layout) {
    for (const Conv& s : kTransposed) {
      if (s.y[2] == 9) {  // the greatest extent that fits
        Conv least = s;
        least.y[3] = 7;
        CheckConv(gpu, least, true, dtype, layout);
      }
      CheckConv(gpu, s, true, dtype, layout);
    }
  });
}

TEST_CASE("convolutions: mixed dtypes, overlap, a bias of the host, bad arguments, too little memory") {
  const Context gpu;
  const Call conv = [](numrs_context* c, const numrs_view* v) {
    return numrs_conv(c, v, v + 1, v + 2, v + 3, nullptr, nullptr, nullptr, 1);
  };
  const Call back = [](numrs_context* c, const numrs_view* v) {
    return numrs_conv_backward(c, v, v + 1, v + 2, v + 3, v + 4, v + 5, nullptr, nullptr, nullptr, 1);
  };
  std::vector<Array> a = {{NUMRS_F32, {2, 3, 8}}, {NUMRS_BF16, {4, 3, 3}}, {NUMRS_F64, {4}}, {NUMRS_F32, {2, 4, 6}}};
  CHECK(OnBoth(gpu, &a, conv) == NUMRS_OK);
  a[1] = Array(NUMRS_F64, {4, 3, 3});
  CHECK(OnBoth(gpu, &a, conv) == NUMRS_OK);
  a[3] = Array::In(0, Array(NUMRS_F32, {2, 4, 6}), 0);
  a[0] = Array(NUMRS_F32, {2, 3, 8}, Layout::GAPS);
  CHECK(OnBoth(gpu, &a, conv) == NUMRS_OK);
  a[2] = Array(NUMRS_F64, {5});
  CHECK(OnBoth(gpu, &a, conv) == NUMRS_BAD_SHAPE);
  a = {{NUMRS_F32, {2, 3, 8}}, {NUMRS_F32, {1, 3, 3}}, Array::OnHost(NUMRS_F32, 0.5f), {NUMRS_F32, {2, 1, 6}}};
  a[2].shape = {1};
  a[2].strides = {4};
  CHECK(OnBoth(gpu, &a, conv) == NUMRS_OK);
  a = {{NUMRS_I32, {2, 3, 8}}, {NUMRS_F32, {1, 3, 3}}, {NUMRS_F32, {1}}, {NUMRS_F32, {2, 1, 6}}};
  CHECK(OnBoth(gpu, &a, conv) == NUMRS_BAD_DTYPE);
  a = {{NUMRS_BF16, {2, 3, 8}, Layout::GAPS}, {NUMRS_BF16, {4, 3, 3}}, {NUMRS_BF16, {4}}, {NUMRS_BF16, {2, 4, 6}}};
  Starved(gpu, a, conv);
  std::vector<Array> b = {a[3], a[0], a[1], a[0], a[1], a[2]};
  Starved(gpu, b, back);
  AllocatesOnce(gpu, b, back);
  b[4] = Array::In(3, Array(NUMRS_BF16, {4, 3, 3}), 0);
  CHECK(OnBoth(gpu, &b, back) == NUMRS_OVERLAP);
}

namespace {

struct Heads {
  Shape q, k, v;
  Shape mask;
  int32_t causal;
  double dropout;
};

Shape With(Shape shape, int64_t last) {
  shape.back() = last;
  return shape;
}

void CheckAttention(numrs_context* gpu, const Heads& h, int32_t dtype, Layout layout, int32_t mask_dtype) {
  const Shape y = With(h.q, h.v.back()), rows(h.q.begin(), h.q.end() - 1), scores = With(h.q, h.k[h.k.size() - 2]);
  const int32_t inside = dtype == NUMRS_F64 ? NUMRS_F64 : NUMRS_F32;
  const bool masked = mask_dtype != 0;
  std::vector<Array> a = {
      {dtype, h.q, layout}, {dtype, h.k, layout}, {dtype, h.v, layout}, {dtype, y, layout}, {inside, rows, layout}};
  a.push_back(masked ? Array(mask_dtype, h.mask, layout) : Array());
  for (const bool lse : {false, true}) {
    CHECK(OnBoth(gpu, &a, [&](numrs_context* c, const numrs_view* v) {
            return numrs_attention(c, v, v + 1, v + 2, masked ? v + 5 : nullptr, v + 3, lse ? v + 4 : nullptr, h.causal,
                                   0.3, h.dropout, 42);
          }) == NUMRS_OK);
  }
  a.push_back(Array(dtype, y, layout));
  for (const Shape* s : {&h.q, &h.k, &h.v}) a.push_back(Array(dtype, *s, layout));
  a.push_back(Array(dtype, scores, layout));
  for (const bool gmask : {false, true}) {
    CHECK(OnBoth(gpu, &a, [&](numrs_context* c, const numrs_view* v) {
            return numrs_attention_backward(c, v + 6, v, v + 1, v + 2, masked ? v + 5 : nullptr, v + 3, v + 4, v + 7,
                                            v + 8, v + 9, gmask ? v + 10 : nullptr, h.causal, 0.3, h.dropout, 42);
          }) == NUMRS_OK);
  }
}

const Heads kHeads[] = {
    {{2, 3, 5, 8}, {2, 3, 7, 8}, {2, 3, 7, 6}, {5, 7}, 0, 0},
    {{2, 4, 33, 16}, {2, 2, 33, 16}, {2, 2, 33, 16}, {2, 1, 1, 33}, 1, 0},
    {{3, 4}, {5, 4}, {5, 3}, {3, 5}, 1, 0.25},
    {{1, 6, 1, 5}, {1, 1, 19, 5}, {1, 1, 19, 2}, {1}, 0, 0},
    {{0, 3, 4}, {0, 2, 4}, {0, 2, 4}, {1, 1}, 0, 0},
    {{2, 3, 4}, {2, 0, 4}, {2, 0, 4}, {1, 0}, 0, 0},
    {{2, 0, 4}, {2, 3, 4}, {2, 3, 5}, {1, 3}, 0, 0},
    {{2, 3, 0}, {2, 4, 0}, {2, 4, 5}, {1, 4}, 0, 0},
    {{2, 3, 4}, {2, 4, 4}, {2, 4, 0}, {1, 4}, 0, 0},
};

}  // namespace

TEST_CASE("attention and its gradients") {
  const Context gpu;
  ForEach([&](int32_t dtype, Layout layout) {
    for (const Heads& h : kHeads) {
      for (const int32_t mask : {0, static_cast<int32_t>(NUMRS_BOOL), dtype})
        CheckAttention(gpu, h, dtype, layout, mask);
    }
  });
}

TEST_CASE("attention: overlap, operands of the host, bad arguments, too little memory") {
  const Context gpu;
  const Call attend = [](numrs_context* c, const numrs_view* v) {
    return numrs_attention(c, v, v + 1, v + 2, nullptr, v + 3, v + 4, 0, 0.5, 0, 0);
  };
  const Array like(NUMRS_F32, {2, 4, 4});
  std::vector<Array> a = {like, like, like, Array::In(0, like, 0), {NUMRS_F32, {2, 4}}};
  CHECK(OnBoth(gpu, &a, attend) == NUMRS_OK);  // y is q
  a[3] = like;
  a[4] = Array::In(2, Array(NUMRS_F32, {2, 4}), 8);
  CHECK(OnBoth(gpu, &a, attend) == NUMRS_OK);  // lse in v
  a[4] = Array::In(3, Array(NUMRS_F32, {2, 4}), 0);
  CHECK(OnBoth(gpu, &a, attend) == NUMRS_OVERLAP);
  a[4] = Array(NUMRS_F32, {2, 5});
  CHECK(OnBoth(gpu, &a, attend) == NUMRS_BAD_SHAPE);
  a[4] = Array(NUMRS_F32, {2, 4});
  CHECK(OnBoth(gpu, &a, [](numrs_context* c, const numrs_view* v) {
          return numrs_attention(c, v, v + 1, v + 2, nullptr, v + 3, v + 4, 0, 0.5, 1.5, 0);
        }) == NUMRS_BAD_ARGUMENT);
  a[3] = Array::In(0, like, 4);
  a[0] = Array(NUMRS_F32, {2, 4, 4}, Layout::GAPS);
  Starved(gpu, a, attend);
  // One element of the host among those of the device.
  const Array one(NUMRS_F32, {1, 1});
  a = {one, Array::OnHost(NUMRS_F32, 0.5f), one, one, {NUMRS_F32, {1}}};
  a[1].shape = {1, 1};
  a[1].strides = {4, 4};
  CHECK(OnBoth(gpu, &a, attend) == NUMRS_OK);
  std::swap(a[1], a[3]);
  CHECK(OnDevice(gpu, &a, attend) == NUMRS_BAD_ARGUMENT);
  CHECK(Says("NUMRS_ON_HOST"));
  // Gradients in the memory of what they are made of.
  std::vector<Array> b(9, like);
  b[5] = Array(NUMRS_F32, {2, 4});
  b[6] = Array::In(1, like, 0);
  b[7] = Array::In(0, like, 0);
  const Call back = [](numrs_context* c, const numrs_view* v) {
    return numrs_attention_backward(c, v, v + 1, v + 2, v + 3, nullptr, v + 4, v + 5, v + 6, v + 7, v + 8, nullptr, 1,
                                    0.5, 0, 0);
  };
  CHECK(OnBoth(gpu, &b, back) == NUMRS_OK);
  Starved(gpu, b, back);
  AllocatesOnce(gpu, b, back);
}

TEST_CASE("rotary embeddings and their gradients") {
  const Context gpu;
  ForEach([&](int32_t dtype, Layout layout) {
    for (const Shape& x : {Shape{2, 3, 5, 8}, Shape{7, 2}, Shape{6}, Shape{2, 0, 4}, Shape{3, 0}}) {
      for (const int64_t half : {1, 2}) {
        Shape angles(x.end() - std::min<int64_t>(2, static_cast<int64_t>(x.size())), x.end());
        angles.back() /= half;
        for (int flags = 0; flags < 4; flags++) {
          std::vector<Array> a = {
              {dtype, x, layout}, {dtype, angles, layout}, {dtype, angles, layout}, {dtype, x, layout}};
          const Call rope = [&](numrs_context* c, const numrs_view* v) {
            return numrs_rope(c, v, v + 1, v + 2, v + 3, flags & 1, flags >> 1);
          };
          CHECK(OnBoth(gpu, &a, rope) == NUMRS_OK);
          a[3] = Array::In(0, a[0], 0);
          CHECK(OnBoth(gpu, &a, rope) == NUMRS_OK);
        }
      }
    }
  });
  const Call rope = [](numrs_context* c, const numrs_view* v) { return numrs_rope(c, v, v + 1, v + 2, v + 3, 0, 0); };
  const Array angles(NUMRS_F32, {5, 4});
  std::vector<Array> a = {{NUMRS_F32, {2, 5, 8}}, angles, angles, {}};
  a[3] = Array::In(1, Array(NUMRS_F32, {2, 5, 8}), 0);
  a[1].bytes.resize(400);
  CHECK(OnBoth(gpu, &a, rope) == NUMRS_OK);  // y in the memory of cos
  a[3] = Array(NUMRS_F32, {2, 5, 7});
  CHECK(OnBoth(gpu, &a, rope) == NUMRS_BAD_SHAPE);
  a[3] = Array(NUMRS_F32, {2, 5, 8}, Layout::TURNED);
  a[0] = Array(NUMRS_F32, {2, 5, 8}, Layout::BACKWARDS);
  Starved(gpu, a, rope);
  AllocatesOnce(gpu, a, rope);
}

TEST_CASE("recorded layers with scratch memory between them") {
  const Context gpu(0, NUMRS_STREAM_NEW);
  // A convolution of halves, a pool of it, and attention over the pooled planes in place.
  const Shape xs = {1, 2, 9, 9}, ws = {3, 2, 2, 2}, ys = {1, 3, 8, 8}, ps = {1, 3, 4, 4};
  const int64_t kernel[] = {2, 2};
  std::vector<Array> a = {
      {NUMRS_BF16, xs, Layout::TURNED}, {NUMRS_BF16, ws}, {NUMRS_BF16, ys, Layout::GAPS}, {NUMRS_BF16, ps}};
  const Call layers = [&](numrs_context* c, const numrs_view* v) {
    numrs_status status = numrs_conv(c, v, v + 1, nullptr, v + 2, nullptr, nullptr, nullptr, 1);
    if (status == NUMRS_OK) status = numrs_max_pool(c, v + 2, v + 3, nullptr, 2, kernel, nullptr, nullptr, nullptr);
    if (status == NUMRS_OK) status = numrs_attention(c, v + 3, v + 3, v + 3, nullptr, v + 3, nullptr, 1, 0.5, 0, 0);
    return status;
  };
  CHECK(OnBoth(gpu, &a, [&](numrs_context* c, const numrs_view* v) {
          if (!c) return layers(c, v);
          numrs_device_graph* graph = nullptr;
          numrs_status status = numrs_device_record_begin(c);
          if (status == NUMRS_OK) status = layers(c, v);
          CHECK(numrs_device_record_end(c, &graph) == NUMRS_OK);
          for (int i = 0; i < 3 && status == NUMRS_OK; i++) status = numrs_device_graph_launch(c, graph);
          numrs_device_graph_free(graph);
          return status;
        }) == NUMRS_OK);
}
