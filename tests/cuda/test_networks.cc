// The plug-in's kernels beside the library's own engine: softmax, norms, products, optimizers, gathers, losses, layers,
// random words.
#include "support.h"

TEST_CASE("softmax, log_softmax and their gradients") {
  for (int32_t dtype : {kF32, kF64}) {
    for (const bool log : {false, true}) {
      for (const bool back : {false, true}) {
        for (const int64_t n : {1, 5, 33, 1000, 1025, 3000}) {
          const int64_t rows = 11, size = rows * n;
          Memory x(size * 8), g(size * 8), mine(size * 8), theirs(size * 8);
          Fill(x, dtype, size, false);
          Fill(g, dtype, size, false);
          SoftmaxJob job;
          job.function = "softmax";
          job.log = log;
          job.axis = n == 33 ? 0 : 1;
          const std::vector<int64_t> shape = n == 33 ? std::vector<int64_t>{n, rows} : std::vector<int64_t>{rows, n};
          job.x = Whole(x, dtype, shape);
          job.g.ndim = -1;
          if (back) job.g = Whole(g, dtype, shape);
          job.y = Whole(mine, dtype, shape);
          REQUIRE(RunSoftmax(Cpu(), job) == NUMRS_OK);
          job.y.data = theirs.data();
          REQUIRE(Slots().softmax(Stream(), job) == NUMRS_OK);
          INFO(NameOf(dtype) << " log " << log << " back " << back << " n " << n);
          REQUIRE(Difference(mine, theirs, dtype, size) <= (back ? 60 * n : 2) * Close(dtype));
        }
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("layer_norm and rms_norm and their gradients") {
  for (int32_t dtype : {kF32, kF64}) {
    for (const bool centred : {false, true}) {
      for (const int64_t n : {1, 7, 300, 1500}) {
        const int64_t rows = 70, size = rows * n;
        Memory x(size * 8), w(n * 8), b(n * 8), g(size * 8), y[2] = {Memory(size * 8), Memory(size * 8)};
        Memory mean[2] = {Memory(rows * 8), Memory(rows * 8)}, rstd[2] = {Memory(rows * 8), Memory(rows * 8)};
        Memory gx[2] = {Memory(size * 8), Memory(size * 8)}, gw[2] = {Memory(n * 8), Memory(n * 8)},
               gb[2] = {Memory(n * 8), Memory(n * 8)};
        Fill(x, dtype, size, false);
        Fill(w, dtype, n, false);
        Fill(b, dtype, n, false);
        Fill(g, dtype, size, false);
        for (int k = 0; k < 2; k++) {
          LayerNormJob job;
          job.function = "layer_norm";
          job.centred = centred;
          job.rows = rows;
          job.cols = n;
          job.x = Whole(x, dtype, {rows, n});
          job.weight = Whole(w, dtype, {n});
          job.bias = Whole(b, dtype, {n});
          job.y = Whole(y[k], dtype, {rows, n});
          job.mean.ndim = -1;
          if (centred) job.mean = Whole(mean[k], kF64, {rows});
          job.rstd = Whole(rstd[k], kF64, {rows});
          job.eps = 1e-5;
          REQUIRE((k ? Slots().layer_norm(Stream(), job) : RunLayerNorm(Cpu(), job)) == NUMRS_OK);
          LayerNormBackJob back;
          back.function = "layer_norm_backward";
          back.centred = centred;
          back.rows = rows;
          back.cols = n;
          back.grad = Whole(g, dtype, {rows, n});
          back.x = job.x;
          back.weight = job.weight;
          back.mean.ndim = -1;
          if (centred) back.mean = Whole(mean[0], kF64, {rows});
          back.rstd = Whole(rstd[0], kF64, {rows});
          back.gx = Whole(gx[k], dtype, {rows, n});
          back.gweight = Whole(gw[k], kF64, {n});
          back.gbias = Whole(gb[k], kF64, {n});
          REQUIRE((k ? Slots().layer_norm_backward(Stream(), back) : RunLayerNormBack(Cpu(), back)) == NUMRS_OK);
        }
        INFO(NameOf(dtype) << " centred " << centred << " n " << n);
        REQUIRE(Difference(y[0], y[1], dtype, size) <= 4 * Close(dtype));
        if (centred) REQUIRE(Difference(mean[0], mean[1], kF64, rows) <= (dtype == kF64 ? 1e-13 : 1e-6));
        REQUIRE(Difference(rstd[0], rstd[1], kF64, rows) <= (dtype == kF64 ? 1e-12 : 1e-6));
        // One element a row: x is its own mean, and what is left is eps alone.
        if (n > 1) REQUIRE(Difference(gx[0], gx[1], dtype, size) <= 100 * Close(dtype));
        REQUIRE(Difference(gw[0], gw[1], kF64, n) <= 100 * Close(dtype));
        REQUIRE(Difference(gb[0], gb[1], kF64, n) <= 10 * Close(dtype));
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("products: the bits of the CPU for float32 and float64") {
  for (int32_t dtype : {kI8, kI32, kU64, kF32, kF64, kC64, kC128}) {
    for (const auto& s : std::vector<std::vector<int64_t>>{{1, 1, 1}, {5, 7, 3}, {17, 300, 33}, {64, 513, 20}}) {
      for (const bool turned : {false, true}) {
        const int64_t m = s[0], k = s[1], n = s[2], batch = 3;
        Memory a(batch * m * k * 16), b(k * n * 16), mine(batch * m * n * 16), theirs(batch * m * n * 16);
        Fill(a, dtype, batch * m * k, false);
        Fill(b, dtype, k * n, false);
        View left = Whole(a, dtype, turned ? std::vector<int64_t>{batch, k, m} : std::vector<int64_t>{batch, m, k});
        if (turned) left = Turned(left);
        const View right = Whole(b, dtype, {k, n});
        const View y = Whole(mine, dtype, {batch, m, n});
        REQUIRE(Matmul(Cpu(), "matmul", left, right, y) == NUMRS_OK);
        MatmulJob job;
        job.function = "matmul";
        job.a = left;
        job.b = Whole(b, dtype, {1, k, n});
        job.b.shape[0] = batch;
        job.b.strides[0] = 0;
        job.y = Whole(theirs, dtype, {batch, m, n});
        job.compute = dtype;
        job.alpha = 1;
        job.beta = 0;
        REQUIRE(Slots().matmul(Stream(), job) == NUMRS_OK);
        INFO(NameOf(dtype) << " " << m << " " << k << " " << n << " turned " << turned);
        if (KindOf(dtype) == Kind::COMPLEX) {
          REQUIRE(Difference(mine, theirs, dtype == kC64 ? kF32 : kF64, 2 * batch * m * n) <=
                  (dtype == kC64 ? 1e-3 : 1e-11));
        } else {
          REQUIRE(Worst(mine.data(), theirs.data(), dtype, batch * m * n) == 0);
        }
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("optimizers: steps, norms, scales") {
  constexpr int kCount = 30;
  for (int32_t dtype : {kF32, kF64}) {
    for (int32_t op = 0; op < kOptimOps; op++) {
      int64_t sizes[kCount], total = 0;
      for (int i = 0; i < kCount; i++) total += sizes[i] = i == 3 ? 0 : i == 5 ? 9000 : 17 * i + 1;
      Memory p[2] = {Memory(total * 8), Memory(total * 8)}, g(total * 8);
      std::vector<Memory> state;
      for (int k = 0; k < 6; k++) state.emplace_back(total * 8);
      Fill(p[0], dtype, total, false);
      std::memcpy(p[1].data(), p[0].data(), static_cast<size_t>(total * SizeOf(dtype)));
      Fill(g, dtype, total, false);
      const double numbers[kOptimNumbers] = {1, 0.01, 0.1, 0.1, 0.9, 0.001, 1.2, 1e-8, 0.99, 0.05};
      for (int k = 0; k < 2; k++) {
        void *params[kCount], *grads[kCount], *arenas[kOptimStates] = {};
        int64_t before = 0;
        for (int i = 0; i < kCount; before += sizes[i++]) {
          params[i] = p[k].data() + before * SizeOf(dtype);
          grads[i] = i == 7 ? nullptr : g.data() + before * SizeOf(dtype);
        }
        for (int a = 0; a < kOptimRows[op].states; a++) arenas[a] = state[static_cast<size_t>(3 * k + a)].data();
        const OptimArrays arrays{dtype, kCount, sizes, total};
        for (int step = 0; step < 2; step++) {
          if (k == 0)
            REQUIRE(RunOptimStep(Cpu(), op, arrays, params, grads, arenas, numbers, false) == NUMRS_OK);
          else
            REQUIRE(Slots().optim_step(Stream(), OptimStepCall{op, arrays, params, grads, arenas, numbers, false}) ==
                    NUMRS_OK);
        }
        if (k == 0 || op > 0) continue;
        for (const bool largest : {false, true}) {
          double cpu_norm = 0, norm = 0;
          REQUIRE(GradientNorm(Cpu(), arrays, grads, largest, &cpu_norm) == NUMRS_OK);
          REQUIRE(Slots().gradients(Stream(), GradientCall{largest ? GradientWay::LARGEST : GradientWay::NORM, arrays,
                                                           grads, 0, 0, &norm}) == NUMRS_OK);
          REQUIRE(norm == cpu_norm);
        }
      }
      INFO(kOptimRows[op].name << " " << NameOf(dtype));
      REQUIRE(Worst(p[0].data(), p[1].data(), dtype, total) == 0);
      for (int a = 0; a < kOptimRows[op].states; a++)
        REQUIRE(Worst(state[static_cast<size_t>(a)].data(), state[static_cast<size_t>(3 + a)].data(), dtype, total) ==
                0);
    }
  }
}

TEST_CASE("gathers, and indices that are refused") {
  const int64_t rows = 9, cols = 5, n = 7;
  Memory x(rows * cols * 8), indices(n * 8), y[2] = {Memory(n * cols * 8), Memory(n * cols * 8)};
  Fill(x, kF64, rows * cols, false);
  for (int64_t i = 0; i < n; i++) reinterpret_cast<int64_t*>(indices.data())[i] = i % 2 ? -i : i;
  GatherJob job;
  job.function = "take";
  job.ndim = 2;
  job.axis_begin = 0;
  job.axis_end = 1;
  const int64_t shape[] = {n, cols}, xs[] = {0, 8}, is[] = {8, 0}, ys[] = {cols * 8, 8};
  for (int d = 0; d < 2; d++) {
    job.shape[d] = shape[d];
    job.x_strides[d] = xs[d];
    job.index_strides[d] = is[d];
    job.y_strides[d] = ys[d];
  }
  job.x = x.data();
  job.indices = indices.data();
  job.extent = rows;
  job.step = cols * 8;
  job.itemsize = 8;
  job.y = y[0].data();
  REQUIRE(RunGather(Cpu(), job) == NUMRS_OK);
  job.y = y[1].data();
  REQUIRE(Slots().gather(Stream(), job) == NUMRS_OK);
  REQUIRE(Worst(y[0].data(), y[1].data(), kF64, n * cols) == 0);

  for (int32_t dtype : {kI8, kI16, kI32, kI64, kU8, kU16, kU32, kU64}) {
    Memory v(24 * 8);
    for (int64_t i = 0; i < 24; i++) PutValue(v.data() + i * SizeOf(dtype), kU8, 0);
    View view = Turned(Whole(v, dtype, {4, 6}));
    for (const int64_t extent : {0, 1, 5}) {
      const Status cpu = CheckIndices(Cpu(), "take", view, extent);
      const std::string said = Message();
      const Status device = Slots().check_indices(Stream(), IndexCheckJob{"take", view, extent});
      REQUIRE(cpu == device);
      if (cpu != NUMRS_OK) REQUIRE(said == Message());
    }
    v.data()[13 * SizeOf(dtype)] = 77;
    const Status cpu = CheckIndices(Cpu(), "take", view, 6);
    const std::string said = Message();
    REQUIRE(cpu == NUMRS_BAD_INDEX);
    REQUIRE(Slots().check_indices(Stream(), IndexCheckJob{"take", view, 6}) == NUMRS_BAD_INDEX);
    REQUIRE(said == Message());
    bool found = true;
    REQUIRE(Slots().any_negative(Stream(), AnyNegativeJob{"power", view, &found}) == NUMRS_OK);
    REQUIRE(!found);
    // Rows, and labels with one that is ignored; the greatest number of unsigned dtypes is none.
    for (const IndexKind kind : {IndexKind::AXIS, IndexKind::ROW, IndexKind::LABEL}) {
      for (const int64_t ignore : {-100, -1, 77}) {
        for (const int64_t extent : {0, 6, 78}) {
          for (const int put : {77, -1, 0}) {
            std::memset(v.data() + 13 * SizeOf(dtype), put < 0 ? 0xFF : 0, static_cast<size_t>(SizeOf(dtype)));
            if (put > 0) v.data()[13 * SizeOf(dtype)] = static_cast<char>(put);
            const Status on_cpu = CheckIndices(Cpu(), "loss", view, extent, kind, ignore);
            const std::string words = Message();
            REQUIRE(Slots().check_indices(Stream(), IndexCheckJob{"loss", view, extent, kind, ignore}) == on_cpu);
            if (on_cpu != NUMRS_OK) REQUIRE(words == Message());
          }
        }
      }
    }
  }
}

TEST_CASE("cross-entropy: loss and gradient, labels and distributions") {
  for (int32_t dtype : {kF32, kF64}) {
    for (int kind = 0; kind < 6; kind++) {
      for (const Reduction reduction : {Reduction::NONE, Reduction::MEAN, Reduction::SUM}) {
        const int64_t rows = 45, classes = kind == 5 ? 1100 : 13;
        const bool labels = kind != 2;
        Memory x(rows * classes * 8), t(rows * classes * 8), w(classes * 8), g(rows * 8),
            loss[2] = {Memory(rows * 8), Memory(rows * 8)};
        Memory gx[2] = {Memory(rows * classes * 8), Memory(rows * classes * 8)};
        Fill(x, dtype, rows * classes, false);
        Fill(w, dtype, classes, false);
        Fill(g, dtype, rows, false);
        if (labels)
          for (int64_t r = 0; r < rows; r++) reinterpret_cast<int64_t*>(t.data())[r] = r == 4 ? -100 : r % classes;
        else
          Fill(t, dtype, rows * classes, false);
        View logits = Whole(x, dtype, {rows, classes}),
             target = labels ? Whole(t, kI64, {rows}) : Whole(t, dtype, {rows, classes});
        View weight = Whole(w, dtype, {classes});
        for (int k = 0; k < 2; k++) {
          View y = reduction == Reduction::NONE ? Whole(loss[k], dtype, {rows}) : Whole(loss[k], dtype, {});
          View up = reduction == Reduction::NONE ? Whole(g, dtype, {rows}) : Whole(g, dtype, {});
          View to = Whole(gx[k], dtype, {rows, classes});
          const bool weighted = kind == 1 || kind == 2 || kind == 4;
          const double smoothing = kind == 3 || kind == 4 ? 0.1 : 0;
          View none;
          none.ndim = -1;
          if (k == 0) {
            REQUIRE(RunClassLoss(Cpu(), ClassLossJob{"cross_entropy", &logits, &target, weighted ? &weight : nullptr,
                                                     &up, &y, &to, labels, false, dtype, -100, smoothing, reduction}) ==
                    NUMRS_OK);
          } else {
            REQUIRE(Slots().class_loss(
                        Stream(), ClassLossCall{"cross_entropy", logits, target, weighted ? weight : none, up, y, to,
                                                labels, false, dtype, -100, smoothing, reduction}) == NUMRS_OK);
          }
        }
        INFO(NameOf(dtype) << " kind " << kind << " reduction " << static_cast<int>(reduction));
        REQUIRE(Difference(loss[0], loss[1], dtype, reduction == Reduction::NONE ? rows : 1) <= 10 * Close(dtype));
        REQUIRE(Difference(gx[0], gx[1], dtype, rows * classes) <= 10 * Close(dtype));
      }
    }
  }
  Memory x(64 * 4), t(8 * 8), loss(8);
  Fill(x, kF32, 64, false);
  reinterpret_cast<int64_t*>(t.data())[5] = 8;
  View none;
  none.ndim = -1;
  View logits = Whole(x, kF32, {8, 8}), target = Whole(t, kI64, {8}), y = Whole(loss, kF32, {});
  REQUIRE(RunClassLoss(Cpu(), ClassLossJob{"cross_entropy", &logits, &target, nullptr, nullptr, &y, nullptr, true,
                                           false, kF32, -100, 0, Reduction::MEAN}) == NUMRS_BAD_INDEX);
  const std::string said = Message();
  REQUIRE(Slots().class_loss(Stream(), ClassLossCall{"cross_entropy", logits, target, none, none, y, none, true, false,
                                                     kF32, -100, 0, Reduction::MEAN}) == NUMRS_BAD_INDEX);
  REQUIRE(said == Message());
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("linear layers and their gradients") {
  for (int32_t dtype : {kF32, kF64}) {
    for (int32_t activation : {kLinearNone, static_cast<int32_t>(kActivation_relu),
                               static_cast<int32_t>(kActivation_leaky_relu), static_cast<int32_t>(kActivation_tanh),
                               static_cast<int32_t>(kActivation_sigmoid), static_cast<int32_t>(kActivation_gelu)}) {
      const int64_t m = 21, k = 34, n = 19;
      Memory x(m * k * 8), w(k * n * 8), b(n * 8), g(m * n * 8);
      Memory y[2] = {Memory(m * n * 8), Memory(m * n * 8)}, pre[2] = {Memory(m * n * 8), Memory(m * n * 8)};
      Memory gx[2] = {Memory(m * k * 8), Memory(m * k * 8)}, gw[2] = {Memory(k * n * 8), Memory(k * n * 8)},
             gb[2] = {Memory(n * 8), Memory(n * 8)};
      Fill(x, dtype, m * k, false);
      Fill(w, dtype, k * n, false);
      Fill(b, dtype, n, false);
      Fill(g, dtype, m * n, false);
      const LinearJob job{"linear", dtype, m, k, n, w.data(), 1, k, activation, 0.1};
      REQUIRE(LinearForward(Cpu(), job, x.data(), b.data(), y[0].data(), pre[0].data()) == NUMRS_OK);
      REQUIRE(Slots().linear(Stream(), LinearForwardCall{job, x.data(), b.data(), y[1].data(), pre[1].data()}) ==
              NUMRS_OK);
      INFO(NameOf(dtype) << " activation " << activation);
      REQUIRE(Difference(y[0], y[1], dtype, m * n) <= Close(dtype));
      REQUIRE(Difference(pre[0], pre[1], dtype, m * n) <= Close(dtype));
      const void* saved = activation != kLinearNone && SavesOutput(activation) ? y[0].data() : pre[0].data();
      REQUIRE(LinearBackward(Cpu(), job, g.data(), x.data(), saved, gx[0].data(), gw[0].data(), gb[0].data()) ==
              NUMRS_OK);
      REQUIRE(Slots().linear_backward(Stream(), LinearBackwardCall{job, g.data(), x.data(), saved, gx[1].data(),
                                                                   gw[1].data(), gb[1].data()}) == NUMRS_OK);
      REQUIRE(Difference(gx[0], gx[1], dtype, m * k) <= 20 * Close(dtype));
      REQUIRE(Difference(gw[0], gw[1], dtype, k * n) <= 20 * Close(dtype));
      REQUIRE(Difference(gb[0], gb[1], dtype, n) <= 20 * Close(dtype));
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("random words, uniform numbers and dropout have the bits of the CPU") {
  const RandomDraw draw{0x123456789abcdef, 0x55, ~uint64_t{15}, 7};
  const int64_t n = 1003;
  for (int32_t dtype : {kU8, kU16, kU32, kU64, kF32, kF64}) {
    Memory mine(n * 8), theirs(n * 8), x(n * 8);
    RandomJob job{};
    job.op = dtype == kF32 || dtype == kF64 ? kRandom_uniform : kRandom_bits;
    job.draw = draw;
    job.p.value[0] = -2.5;
    job.p.value[1] = 3;
    job.y = Whole(mine, dtype, {17, 59});
    REQUIRE(RunRandom(Cpu(), job) == NUMRS_OK);
    job.y.data = theirs.data();
    REQUIRE(Slots().random(Stream(), job) == NUMRS_OK);
    INFO(NameOf(dtype));
    REQUIRE(Worst(mine.data(), theirs.data(), dtype, n) == 0);
    if (dtype != kF32 && dtype != kF64) continue;
    Fill(x, dtype, n, false);
    for (const uint64_t threshold : {uint64_t{0}, uint64_t{1} << 30, uint64_t{1} << 32}) {
      const uint64_t ahead = 160;  // over the carry of draw.low
      for (const uint64_t* moved : {static_cast<const uint64_t*>(nullptr), &ahead}) {
        const RandomDraw there = moved ? Advanced(draw, *moved) : draw;
        REQUIRE(RunDropout(Cpu(), there, dtype, x.data(), mine.data(), n, threshold, 1.25) == NUMRS_OK);
        REQUIRE(Slots().dropout(Stream(), DropoutCall{draw, moved, dtype, x.data(), theirs.data(), n, threshold,
                                                      1.25}) == NUMRS_OK);
        REQUIRE(Worst(mine.data(), theirs.data(), dtype, n) == 0);
      }
    }
  }
  RandomJob normal{};
  normal.op = kRandom_normal;
  Memory y(8);
  normal.y = Whole(y, kF32, {1});
  REQUIRE(Slots().random(Stream(), normal) == NUMRS_UNSUPPORTED);
}
