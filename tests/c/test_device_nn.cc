// Losses, optimizers, linear layers and a recorded step of training on the simulated device: the same bits, the same
// statuses and the same messages as on the CPU.
#include <deque>
#include <limits>

#include "device_both.h"

using namespace device_tests;

TEST_CASE("losses of pairs on a device") {
  const Context gpu;
  const uint64_t before = InUse();
  struct Case {
    Shape input, target, weight, all;
    Layout layout;
  };
  const Case cases[] = {{{33, 130}, {33, 130}, {33, 130}, {33, 130}, DENSE},
                        {{33, 130}, {130}, {33, 1}, {33, 130}, BACKWARDS},
                        {{5, 1}, {1, 7}, {}, {5, 7}, TRANSPOSED},
                        {{}, {}, {}, {}, DENSE},
                        {{0, 3}, {3}, {1}, {0, 3}, DENSE}};
  for (const Case& c : cases) {
    for (int32_t op = NUMRS_LOSS_MSE; op <= NUMRS_LOSS_LOG_COSH; op++) {
      for (const int32_t dtype : kFloats) {
        if (dtype != NUMRS_F32 && op % 3) continue;  // each kernel is one of these two
        const bool gaussian = op == NUMRS_LOSS_GAUSSIAN, third = gaussian || op == NUMRS_LOSS_BCE_LOGITS;
        const int32_t computed = dtype == NUMRS_F64 ? NUMRS_F64 : NUMRS_F32;
        const Both x(gpu, dtype, c.input, c.layout, 0.05, 0.95), t(gpu, dtype, c.target, c.layout, 0.05, 0.95);
        const Both v(gpu, dtype, c.input, c.layout, 0.5, 2), w(gpu, NUMRS_F32, c.weight, c.layout);
        for (int32_t reduction = 0; reduction <= 2; reduction++) {
          const Shape shape = reduction ? Shape{} : c.all;
          for (const Both* weight : {static_cast<const Both*>(nullptr), &w}) {
            INFO("op " << op << " dtype " << dtype << " reduction " << reduction);
            const Both y(gpu, dtype, shape, c.layout);
            const auto value = [&](numrs_context* on, On at) {
              return numrs_loss(on, op, at(x), at(t), third ? at(v) : nullptr, at(weight), at(y), reduction, 1, 0.5);
            };
            CHECK(Twice(gpu, value, {&y}) == NUMRS_OK);
            const Both grad(gpu, computed, shape, c.layout), gx(gpu, computed, c.all, c.layout),
                gt(gpu, computed, c.all), gv(gpu, computed, c.all, c.layout);
            const auto gradient = [&](numrs_context* on, On at) {
              return numrs_loss_backward(on, op, at(grad), at(x), at(t), third ? at(v) : nullptr, at(weight), at(gx),
                                         reduction == 1 ? nullptr : at(gt), gaussian ? at(gv) : nullptr, reduction, 1,
                                         0.5);
            };
            CHECK(Twice(gpu, gradient, {&gx, &gt, &gv}) == NUMRS_OK);
          }
        }
      }
    }
  }
  CHECK(InUse() == before);
}

TEST_CASE("losses of pairs on a device: in place, integers, what is refused") {
  const Context gpu;
  const Both x(gpu, NUMRS_F32, {40}), t(gpu, NUMRS_I64, {40}, DENSE, 0, 9), wrong(gpu, NUMRS_F32, {41});
  const Both grad(gpu, NUMRS_F32, {40});
  const auto in_place = [&](numrs_context* on, On at) {
    return numrs_loss(on, NUMRS_LOSS_L1, at(x), at(t), nullptr, nullptr, at(x), NUMRS_LOSS_NONE, 0, 0);
  };
  CHECK(Twice(gpu, in_place, {&x}) == NUMRS_OK);
  const auto back = [&](numrs_context* on, On at) {
    return numrs_loss_backward(on, NUMRS_LOSS_MSE, at(grad), at(x), at(t), nullptr, nullptr, at(grad), nullptr, nullptr,
                               NUMRS_LOSS_NONE, 0, 0);
  };
  CHECK(Twice(gpu, back, {&grad}) == NUMRS_OK);
  const auto shapes = [&](numrs_context* on, On at) {
    return numrs_loss(on, NUMRS_LOSS_MSE, at(x), at(wrong), nullptr, nullptr, at(x), NUMRS_LOSS_NONE, 0, 0);
  };
  CHECK(Twice(gpu, shapes, {&x}) == NUMRS_BAD_SHAPE);
  const auto number = [&](numrs_context* on, On at) {
    return numrs_loss(on, NUMRS_LOSS_MSE, at(x), at(t), nullptr, nullptr, at(x), 3, 0, 0);
  };
  CHECK(Twice(gpu, number, {&x}) == NUMRS_BAD_ARGUMENT);

  // A number of the host is an input, never a result.
  const Both gx(gpu, NUMRS_F32, {40}), y(gpu, NUMRS_F32, {});
  float one = 0.75f;
  numrs_view scalar = {&one, nullptr, nullptr, 0, NUMRS_F32};
  const auto from_host = [&](numrs_context* on, On at) {
    scalar.dtype = on ? NUMRS_F32 | NUMRS_ON_HOST : NUMRS_F32;
    return numrs_loss_backward(on, NUMRS_LOSS_MSE, &scalar, at(x), at(t), nullptr, nullptr, at(gx), nullptr, nullptr,
                               NUMRS_LOSS_MEAN, 0, 0);
  };
  CHECK(Twice(gpu, from_host, {&gx}) == NUMRS_OK);
  CHECK(numrs_loss(gpu, NUMRS_LOSS_MSE, &x.gpu_view, &t.gpu_view, nullptr, nullptr, &scalar, NUMRS_LOSS_SUM, 0, 0) ==
        NUMRS_BAD_ARGUMENT);
  CHECK(std::strstr(numrs_message(), "NUMRS_ON_HOST") != nullptr);
  CHECK(one == 0.75f);
}

TEST_CASE("losses of classes on a device") {
  const Context gpu;
  const uint64_t before = InUse();
  struct Case {
    Shape logits, labels;
    int64_t classes;
    Layout layout;
  };
  const Case cases[] = {{{37, 10}, {37}, 10, DENSE},
                        {{300, 5}, {300}, 5, BACKWARDS},
                        {{4, 3, 6}, {4, 6}, 3, TRANSPOSED},
                        {{9}, {}, 9, DENSE},
                        {{0, 4}, {0}, 4, DENSE}};
  for (const Case& c : cases) {
    for (const int32_t dtype : kFloats) {
      const Both x(gpu, dtype, c.logits, c.layout), w(gpu, dtype, {c.classes}, c.layout, 0.2, 2);
      const Both shares(gpu, dtype, c.logits, c.layout, 0, 0.3);
      for (const int32_t target : {NUMRS_I64, NUMRS_I32, NUMRS_U8, NUMRS_F32}) {
        const Both labels(gpu, target == NUMRS_F32 ? NUMRS_I64 : target, c.labels, c.layout, 0,
                          static_cast<double>(c.classes));
        const Both& t = target == NUMRS_F32 ? shares : labels;
        for (int variant = 0; variant < 12; variant++) {
          numrs_class_loss_options options = NUMRS_CLASS_LOSS_OPTIONS_INIT;
          options.reduction = variant % 3;
          options.ignore_index = 1;
          options.from_log = variant >= 9 && target != NUMRS_F32;
          options.label_smoothing = variant >= 6 && variant < 9 ? 0.1 : 0;
          const Both* weight = variant >= 3 && variant < 9 ? &w : nullptr;
          const Shape shape = options.reduction ? Shape{} : c.labels;
          const Both loss(gpu, dtype, shape, c.layout), g(gpu, dtype, c.logits, c.layout), grad(gpu, dtype, shape);
          INFO("dtype " << dtype << " target " << target << " variant " << variant);
          const auto both = [&](numrs_context* on, On at) {
            return numrs_cross_entropy(on, at(x), at(t), at(weight), at(loss), at(g), &options);
          };
          CHECK(Twice(gpu, both, {&loss, &g}) == NUMRS_OK);
          const auto back = [&](numrs_context* on, On at) {
            return numrs_cross_entropy_backward(on, at(grad), at(x), at(t), at(weight), at(g), &options);
          };
          CHECK(Twice(gpu, back, {&g}) == NUMRS_OK);
        }
      }
    }
  }
  CHECK(InUse() == before);
}

TEST_CASE("labels are checked on the device before anything is written") {
  const Context gpu;
  const numrs_class_loss_options options = NUMRS_CLASS_LOSS_OPTIONS_INIT;
  const Both x(gpu, NUMRS_F32, {6, 4}), loss(gpu, NUMRS_F32, {}), g(gpu, NUMRS_F32, {6, 4}), grad(gpu, NUMRS_F32, {});
  const std::vector<char> old_loss = loss.here(), old_g = g.here();
  for (const int64_t bad : {int64_t{4}, int64_t{-1}, INT64_MAX, INT64_MIN}) {
    for (const int32_t dtype : {NUMRS_I64, NUMRS_U64}) {
      Both t(gpu, dtype, {6}, DENSE, 0, 4);
      t.Set(5, bad);
      const auto call = [&](numrs_context* on, On at) {
        return numrs_cross_entropy(on, at(x), at(t), nullptr, at(loss), at(g), &options);
      };
      CHECK(Twice(gpu, call, {&loss, &g}) == NUMRS_BAD_INDEX);
      const auto back = [&](numrs_context* on, On at) {
        return numrs_cross_entropy_backward(on, at(grad), at(x), at(t), nullptr, at(g), &options);
      };
      CHECK(Twice(gpu, back, {&g}) == NUMRS_BAD_INDEX);
      CHECK(loss.There() == old_loss);
      CHECK(g.There() == old_g);
    }
  }
}

TEST_CASE("the raw cross-entropy on a device") {
  const Context gpu;
  const int64_t n = 21, classes = 7;
  const Both x(gpu, NUMRS_F32, {n, classes}), t(gpu, NUMRS_I64, {n}, DENSE, 0, 7);
  const Both loss(gpu, NUMRS_F32, {}), g(gpu, NUMRS_F32, {n, classes});
  const auto call = [&](numrs_context* on, On at) {
    return numrs_cross_entropy_f32(on, static_cast<const float*>(at(x)->data), static_cast<const int64_t*>(at(t)->data),
                                   static_cast<float*>(at(loss)->data), static_cast<float*>(at(g)->data), n, classes);
  };
  CHECK(Twice(gpu, call, {&loss, &g}) == NUMRS_OK);
}

TEST_CASE("steps of optimizers on a device") {
  const Context gpu;
  const uint64_t before = InUse();
  // One without a gradient, an empty one, several of odd sizes.
  const std::vector<int64_t> sizes = {5, 4099, 0, 17, 1};
  const int64_t count = static_cast<int64_t>(sizes.size()), total = 5 + 4099 + 17 + 1;
  for (int32_t op = NUMRS_OPTIM_SGD; op <= NUMRS_OPTIM_RADAM; op++) {
    for (const int32_t dtype : {NUMRS_F32, NUMRS_F64}) {
      for (const int32_t flags : {0, static_cast<int32_t>(NUMRS_OPTIM_NESTEROV | NUMRS_OPTIM_AMSGRAD |
                                                          NUMRS_OPTIM_CENTERED | NUMRS_OPTIM_MAXIMIZE)}) {
        INFO("op " << op << " dtype " << dtype << " flags " << flags);
        std::deque<Both> params, grads, state;
        for (const int64_t size : sizes) {
          params.emplace_back(gpu, dtype, Shape{size});
          grads.emplace_back(gpu, dtype, Shape{size});
        }
        for (int k = 0; k < 3; k++) state.emplace_back(gpu, dtype, Shape{total}, DENSE, 0, 0);
        numrs_optim_options options = NUMRS_OPTIM_OPTIONS_INIT;
        options.flags = flags;
        options.weight_decay = 0.01;
        options.momentum = op == NUMRS_OPTIM_SGD || op == NUMRS_OPTIM_RMSPROP ? 0.9 : 0.004;
        for (options.step = 1; options.step <= 3; options.step++) {
          const auto step = [&](numrs_context* on, On at) {
            void *p[5], *s[3];
            const void* g[5];
            for (size_t i = 0; i < 5; i++) {
              p[i] = i == 2 ? nullptr : at(params[i])->data;
              g[i] = i == 3 ? nullptr : at(grads[i])->data;
            }
            for (size_t k = 0; k < 3; k++) s[k] = at(state[k])->data;
            const numrs_status status = numrs_optim_step(on, op, dtype, count, p, g, sizes.data(), s, 3, &options);
            std::memset(p, 0x77, sizeof(p));  // the host's arrays are the caller's again
            std::memset(g, 0x77, sizeof(g));
            std::memset(s, 0x77, sizeof(s));
            return status;
          };
          CHECK(Twice(gpu, step, {&params[0], &params[1], &params[3], &params[4], &state[0], &state[1], &state[2]}) ==
                NUMRS_OK);
        }
      }
    }
  }
  CHECK(InUse() == before);
}

TEST_CASE("gradients on a device: norms, clipping, scaling, zeros") {
  const Context gpu;
  for (const int32_t dtype : {NUMRS_F32, NUMRS_F64}) {
    std::vector<int64_t> sizes = {9000, 3, 0, 11};
    std::deque<Both> grads;
    for (const int64_t size : sizes) grads.emplace_back(gpu, dtype, Shape{size});
    const auto arrays = [&](On at) {
      std::vector<void*> pointers;
      for (size_t i = 0; i < 4; i++) pointers.push_back(i == 1 ? nullptr : at(grads[i])->data);
      return pointers;
    };
    double norms[2];
    for (const double type : {2.0, std::numeric_limits<double>::infinity()}) {
      for (const double most : {1e9, 0.5, std::numeric_limits<double>::infinity()}) {
        const auto clip = [&](numrs_context* on, On at) {
          return numrs_optim_clip_norm(on, dtype, 4, arrays(at).data(), sizes.data(), most, type, &norms[at.gpu]);
        };
        CHECK(Twice(gpu, clip, {&grads[0], &grads[1], &grads[3]}) == NUMRS_OK);
        CHECK(norms[0] == norms[1]);
        CHECK(norms[0] > 0);
      }
    }
    const auto scale = [&](numrs_context* on, On at) {
      return numrs_optim_scale(on, dtype, 4, arrays(at).data(), sizes.data(), 1.75);
    };
    CHECK(Twice(gpu, scale, {&grads[0], &grads[1], &grads[3]}) == NUMRS_OK);
    const auto clamp = [&](numrs_context* on, On at) {
      return numrs_optim_clip_value(on, dtype, 4, arrays(at).data(), sizes.data(), -1e-4, 2e-4);
    };
    CHECK(Twice(gpu, clamp, {&grads[0], &grads[1], &grads[3]}) == NUMRS_OK);
    const auto zero = [&](numrs_context* on, On at) {
      return numrs_optim_zero(on, dtype, 4, arrays(at).data(), sizes.data());
    };
    CHECK(Twice(gpu, zero, {&grads[0], &grads[1], &grads[3]}) == NUMRS_OK);
    // Nothing at all.
    const auto none = [&](numrs_context* on, On at) {
      return numrs_optim_clip_norm(on, dtype, 0, nullptr, nullptr, 1, 2, &norms[at.gpu]);
    };
    CHECK(Twice(gpu, none, {}) == NUMRS_OK);
    CHECK(norms[1] == 0);
    // A fault of alignment would end a device.
    void* odd = static_cast<char*>(grads[0].gpu_view.data) + 1;
    const int64_t two = 2;
    CHECK(numrs_optim_zero(gpu, dtype, 1, &odd, &two) == NUMRS_BAD_ARGUMENT);
    CHECK(std::strstr(numrs_message(), "aligned") != nullptr);
  }
}

TEST_CASE("linear layers on a device") {
  const Context gpu;
  const uint64_t before = InUse();
  struct Case {
    Shape x, y;
    int64_t k, n;
    Layout layout, weight;
  };
  const Case cases[] = {{{37, 19}, {37, 23}, 19, 23, DENSE, DENSE},
                        {{37, 19}, {37, 23}, 19, 23, DENSE, TRANSPOSED},
                        {{3, 5, 8}, {3, 5, 4}, 8, 4, BACKWARDS, BACKWARDS},
                        {{6}, {9}, 6, 9, DENSE, DENSE},
                        {{300, 40}, {300, 1}, 40, 1, TRANSPOSED, DENSE},
                        {{0, 4}, {0, 3}, 4, 3, DENSE, DENSE},
                        {{4, 0}, {4, 3}, 0, 3, DENSE, DENSE},
                        {{4, 3}, {4, 0}, 3, 0, DENSE, DENSE}};
  for (const Case& c : cases) {
    for (const int32_t dtype : kFloats) {
      const Both x(gpu, dtype, c.x, c.layout), w(gpu, dtype, {c.k, c.n}, c.weight), b(gpu, dtype, {c.n}, c.layout);
      for (const int32_t activation :
           {-1, static_cast<int32_t>(NUMRS_ACTIVATION_RELU), static_cast<int32_t>(NUMRS_ACTIVATION_LEAKY_RELU),
            static_cast<int32_t>(NUMRS_ACTIVATION_TANH), static_cast<int32_t>(NUMRS_ACTIVATION_GELU)}) {
        INFO("n " << c.n << " dtype " << dtype << " activation " << activation);
        const Both y(gpu, dtype, c.y, c.layout), pre(gpu, dtype, c.y, c.layout), grad(gpu, dtype, c.y, c.layout);
        for (const bool all : {false, true}) {
          const auto forward = [&](numrs_context* on, On at) {
            return numrs_linear(on, at(x), at(w), all ? at(b) : nullptr, at(y), all ? at(pre) : nullptr, activation,
                                0.1);
          };
          CHECK(Twice(gpu, forward, {&y, &pre}) == NUMRS_OK);
        }
        const Both gx(gpu, dtype, c.x, c.layout), gw(gpu, dtype, {c.k, c.n}, c.weight), gb(gpu, dtype, {c.n}, c.layout);
        for (int wanted = 0; wanted < 8; wanted++) {
          const auto backward = [&](numrs_context* on, On at) {
            return numrs_linear_backward(on, at(grad), at(x), at(w), activation < 0 ? nullptr : at(pre),
                                         wanted & 1 ? at(gx) : nullptr, wanted & 2 ? at(gw) : nullptr,
                                         wanted & 4 ? at(gb) : nullptr, activation, 0.1);
          };
          CHECK(Twice(gpu, backward, {&gx, &gw, &gb}) == NUMRS_OK);
        }
      }
    }
  }
  CHECK(InUse() == before);
}

TEST_CASE("linear layers on a device: overlap, mixed dtypes, packs, no memory") {
  const Context gpu;
  const Both x(gpu, NUMRS_BF16, {12, 12}), w(gpu, NUMRS_F64, {12, 12}), y(gpu, NUMRS_F64, {12, 12});
  const auto mixed = [&](numrs_context* on, On at) {
    return numrs_linear(on, at(x), at(w), nullptr, at(y), nullptr, -1, 0);
  };
  CHECK(Twice(gpu, mixed, {&y}) == NUMRS_OK);
  const auto over_weight = [&](numrs_context* on, On at) {
    return numrs_linear(on, at(y), at(w), nullptr, at(w), nullptr, NUMRS_ACTIVATION_TANH, 0);
  };
  CHECK(Twice(gpu, over_weight, {&w}) == NUMRS_OK);
  const Both whole(gpu, NUMRS_I64, {12, 12});
  const auto wrong = [&](numrs_context* on, On at) {
    return numrs_linear(on, at(y), at(w), nullptr, at(whole), nullptr, -1, 0);
  };
  CHECK(Twice(gpu, wrong, {&whole}) == NUMRS_BAD_DTYPE);

  numrs_linear_pack* pack = nullptr;
  CHECK(numrs_linear_pack_create(gpu, &w.gpu_view, &pack) == NUMRS_UNSUPPORTED);
  REQUIRE(numrs_linear_pack_create(nullptr, &w.cpu_view, &pack) == NUMRS_OK);
  CHECK(numrs_linear_packed(gpu, &y.gpu_view, pack, nullptr, &y.gpu_view, nullptr, -1, 0) == NUMRS_UNSUPPORTED);
  CHECK(numrs_linear_pack_columns(gpu, pack, 0, &y.gpu_view) == NUMRS_UNSUPPORTED);
  numrs_linear_pack_destroy(pack);
  CHECK(y.Same());

  const Both odd(gpu, NUMRS_F64, {12, 12}, BACKWARDS);
  REQUIRE(numrs_device_memory_set_limit(NUMRS_SIM, 0, 1) == NUMRS_OK);
  CHECK(numrs_linear(gpu, &odd.gpu_view, &w.gpu_view, nullptr, &y.gpu_view, nullptr, -1, 0) == NUMRS_NO_MEMORY);
  REQUIRE(numrs_device_memory_set_limit(NUMRS_SIM, 0, 0) == NUMRS_OK);
  CHECK(y.Same());
  double number = 2;
  const numrs_view scalar = {&number, nullptr, nullptr, 0, NUMRS_F64 | NUMRS_ON_HOST};
  const int64_t one[] = {1, 1};
  const numrs_view one_x = {&number, one, nullptr, 2, NUMRS_F64 | NUMRS_ON_HOST};
  const Both single(gpu, NUMRS_F64, {1, 1}, DENSE, 3, 3);
  CHECK(numrs_linear(gpu, &one_x, &one_x, nullptr, &single.gpu_view, nullptr, -1, 0) == NUMRS_OK);
  double four = 0;
  const std::vector<char> result = single.There();
  std::memcpy(&four, result.data(), 8);
  CHECK(four == 4);
  CHECK(numrs_linear(gpu, &single.gpu_view, &single.gpu_view, nullptr, &one_x, nullptr, -1, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_linear(gpu, &scalar, &one_x, nullptr, &single.gpu_view, nullptr, -1, 0) == NUMRS_BAD_SHAPE);
  CHECK(number == 2);
}

TEST_CASE("a recorded step of training has the bits of the CPU") {
  const Context gpu;
  const Both x(gpu, NUMRS_F32, {32, 10}), t(gpu, NUMRS_I64, {32}, DENSE, 0, 4);
  const Both w(gpu, NUMRS_F32, {10, 4}, DENSE, -0.3, 0.3), b(gpu, NUMRS_F32, {4}, DENSE, 0, 0);
  const Both y(gpu, NUMRS_F32, {32, 4}), loss(gpu, NUMRS_F32, {}), g(gpu, NUMRS_F32, {32, 4});
  const Both gw(gpu, NUMRS_F32, {10, 4}), gb(gpu, NUMRS_F32, {4}), state(gpu, NUMRS_F32, {44}, DENSE, 0, 0);
  const numrs_class_loss_options options = NUMRS_CLASS_LOSS_OPTIONS_INIT;
  numrs_optim_options step = NUMRS_OPTIM_OPTIONS_INIT;
  step.lr = 0.5;
  step.momentum = 0.9;
  step.step = 2;
  const int64_t sizes[] = {40, 4};
  const auto train = [&](numrs_context* on, On at) -> numrs_status {
    numrs_status status = numrs_linear(on, at(x), at(w), at(b), at(y), nullptr, -1, 0);
    if (status == NUMRS_OK) status = numrs_cross_entropy(on, at(y), at(t), nullptr, at(loss), at(g), &options);
    if (status == NUMRS_OK)
      status = numrs_linear_backward(on, at(g), at(x), at(w), nullptr, nullptr, at(gw), at(gb), -1, 0);
    void* const params[] = {at(w)->data, at(b)->data};
    const void* const grads[] = {at(gw)->data, at(gb)->data};
    void* const arenas[] = {at(state)->data};
    if (status == NUMRS_OK)
      status = numrs_optim_step(on, NUMRS_OPTIM_SGD, NUMRS_F32, 2, params, grads, sizes, arenas, 1, &step);
    return status;
  };
  numrs_device_graph* graph = nullptr;
  const std::vector<char> start = w.There();
  REQUIRE(numrs_device_record_begin(gpu) == NUMRS_OK);
  CHECK(train(gpu, On{true}) == NUMRS_OK);
  REQUIRE(numrs_device_record_end(gpu, &graph) == NUMRS_OK);
  CHECK(w.There() == start);
  for (int i = 0; i < 5; i++) {
    REQUIRE(numrs_device_graph_launch(gpu, graph) == NUMRS_OK);
    CHECK(train(nullptr, On{false}) == NUMRS_OK);
  }
  for (const Both* out : {&w, &b, &y, &loss, &g, &gw, &gb, &state}) CHECK(out->Same());
  CHECK(w.There() != start);
  numrs_device_graph_free(graph);
}

TEST_CASE("single elements of the host are inputs of any call, and never results") {
  const Context gpu;
  double two = 2, minus = -1;
  int64_t label = 0;
  const int64_t ones[] = {1, 1};
  const numrs_view x_cpu = {&two, ones, nullptr, 2, NUMRS_F64}, g_cpu = {&minus, ones, nullptr, 2, NUMRS_F64};
  const numrs_view w_cpu = {&two, ones, nullptr, 1, NUMRS_F64}, t_cpu = {&label, ones, nullptr, 1, NUMRS_I64};
  const auto marked = [](numrs_view v) {
    v.dtype |= NUMRS_ON_HOST;
    return v;
  };
  const numrs_view x_gpu = marked(x_cpu), g_gpu = marked(g_cpu), w_gpu = marked(w_cpu), t_gpu = marked(t_cpu);
  const numrs_class_loss_options options = NUMRS_CLASS_LOSS_OPTIONS_INIT;
  const Both y(gpu, NUMRS_F64, {1, 1}), loss(gpu, NUMRS_F64, {}), mean(gpu, NUMRS_F64, {1}), rstd(gpu, NUMRS_F64, {1});
  // The call with its inputs on the host, and with `result` there too.
  const auto check =
      [&](const std::function<numrs_status(numrs_context*, const numrs_view*, const numrs_view*, const numrs_view*,
                                           const numrs_view*, const numrs_view*)>& call) {
        const auto body = [&](numrs_context* on, On at) {
          return on ? call(on, &x_gpu, &g_gpu, &w_gpu, &t_gpu, at(y)) : call(on, &x_cpu, &g_cpu, &w_cpu, &t_cpu, at(y));
        };
        CHECK(Twice(gpu, body, {&y}) == NUMRS_OK);
        CHECK(call(gpu, &x_gpu, &g_gpu, &w_gpu, &t_gpu, &x_gpu) == NUMRS_BAD_ARGUMENT);
        CHECK(std::strstr(numrs_message(), "NUMRS_ON_HOST") != nullptr);
        CHECK(two == 2);
      };
  using V = const numrs_view*;
  check(
      [](numrs_context* on, V x, V, V, V, V out) { return numrs_activation(on, NUMRS_ACTIVATION_GELU, x, out, 0, 0); });
  check([](numrs_context* on, V x, V g, V, V, V out) {
    return numrs_activation_backward(on, NUMRS_ACTIVATION_GELU, g, x, out, 0, 0);
  });
  check([](numrs_context* on, V x, V, V, V, V out) { return numrs_softmax(on, x, out, 1, 0); });
  check([](numrs_context* on, V x, V g, V, V, V out) { return numrs_softmax_backward(on, g, x, out, 1, 1); });
  check([&](numrs_context* on, V x, V, V w, V, V out) {
    return numrs_layer_norm(on, x, w, w, out, nullptr, on ? &rstd.gpu_view : &rstd.cpu_view, 1, 1e-5);
  });
  check([&](numrs_context* on, V x, V g, V w, V, V out) {
    return numrs_layer_norm_backward(on, g, x, w, w, w, out, nullptr, nullptr, 1);
  });
  check([](numrs_context* on, V x, V, V w, V, V out) {
    return numrs_batch_norm(on, x, w, w, w, w, out, nullptr, nullptr, 0, 0.1, 1e-5);
  });
  check([&](numrs_context* on, V x, V g, V w, V, V out) {
    return numrs_batch_norm_backward(on, g, x, w, w, w, out, nullptr, nullptr, 0);
  });
  check([&](numrs_context* on, V x, V, V w, V t, V out) {
    return numrs_cross_entropy(on, x, t, w, on ? &loss.gpu_view : &loss.cpu_view, out, &options);
  });
  check([](numrs_context* on, V x, V g, V w, V, V out) {
    return numrs_loss(on, NUMRS_LOSS_MSE, x, g, nullptr, w, out, NUMRS_LOSS_NONE, 0, 0);
  });
}

TEST_CASE("without memory on the device outputs are as they were, wherever it ends") {
  const Context gpu;
  const Both x(gpu, NUMRS_F64, {40, 30}, BACKWARDS), w(gpu, NUMRS_F64, {30, 20}, BACKWARDS);
  const Both grad(gpu, NUMRS_F64, {40, 20}, BACKWARDS), saved(gpu, NUMRS_F64, {40, 20}, BACKWARDS);
  const Both gx(gpu, NUMRS_F64, {40, 30}, BACKWARDS), gw(gpu, NUMRS_F64, {30, 20}, BACKWARDS);
  const Both gb(gpu, NUMRS_F64, {20}, BACKWARDS);
  const auto backward = [&](numrs_context* on, On at) {
    return numrs_linear_backward(on, at(grad), at(x), at(w), at(saved), at(gx), at(gw), at(gb), NUMRS_ACTIVATION_TANH,
                                 0);
  };
  int refused = 0;
  for (uint64_t room = 1024;; room += 4096) {
    REQUIRE(numrs_device_memory_set_limit(NUMRS_SIM, 0, InUse() + room) == NUMRS_OK);
    const numrs_status status = backward(gpu, On{true});
    if (status == NUMRS_OK) break;
    refused++;
    REQUIRE(status == NUMRS_NO_MEMORY);
    for (const Both* b : {&gx, &gw, &gb}) REQUIRE(b->Same());
  }
  CHECK(refused > 5);
  REQUIRE(numrs_device_memory_set_limit(NUMRS_SIM, 0, 0) == NUMRS_OK);
  CHECK(Twice(gpu, backward, {&gx, &gw, &gb}) == NUMRS_OK);
}
