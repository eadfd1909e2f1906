// What the plug-in's kernels compute, on the host: norms of channels, pools, convolutions.
#include "core/device_jobs.h"
#include "support.h"

TEST_CASE("batch and group norms, and their gradients") {
  const int64_t shapes[][4] = {{4, 6, 7, 0},    {4, 6, 7, 3},  {300, 3, 1, 0}, {5, 4, 1, 2}, {2, 2, 9000, 0},
                               {2, 2, 9000, 1}, {1, 8, 33, 8}, {3, 5, 0, 0},   {3, 6, 0, 2}};
  for (int32_t dtype : {kF32, kF64}) {
    for (const auto& s : shapes) {
      for (int kind = 0; kind < 3; kind++) {  // plain; with weights and running statistics; those used
        const int64_t n = s[0], channels = s[1], inner = s[2], groups = s[3];
        if (kind == 2 && (groups > 0 || inner == 0)) continue;
        const int64_t size = n * channels * inner, sets = groups > 0 ? n * groups : channels;
        Memory x(size * 8 + 8), w(channels * 8), b(channels * 8), g(size * 8 + 8);
        Fill(x, dtype, size, false);
        Fill(w, dtype, channels, false);
        Fill(b, dtype, channels, false);
        Fill(g, dtype, size, false);
        Memory y[2] = {Memory(size * 8 + 8), Memory(size * 8 + 8)},
               gx[2] = {Memory(size * 8 + 8), Memory(size * 8 + 8)};
        Memory mean[2] = {Memory(sets * 8), Memory(sets * 8)}, rstd[2] = {Memory(sets * 8), Memory(sets * 8)};
        Memory rm[2] = {Memory(channels * 8), Memory(channels * 8)},
               rv[2] = {Memory(channels * 8), Memory(channels * 8)};
        Memory gw[2] = {Memory(channels * 8), Memory(channels * 8)},
               gb[2] = {Memory(channels * 8), Memory(channels * 8)};
        Fill(rm[0], dtype, channels, false);
        for (int64_t c = 0; c < channels; c++)
          PutValue(rv[0].data() + c * SizeOf(dtype), dtype, 0.5 + static_cast<double>(c));
        rm[1] = rm[0];
        rv[1] = rv[0];
        View none;
        none.ndim = -1;
        for (int k = 0; k < 2; k++) {
          ChannelNormJob job;
          job.function = "norm";
          job.n = n;
          job.channels = channels;
          job.inner = inner;
          job.groups = groups;
          job.x = Whole(x, dtype, {n, channels, inner});
          job.weight = kind ? Whole(w, dtype, {channels}) : none;
          job.bias = kind ? Whole(b, dtype, {channels}) : none;
          const bool running = kind > 0 && groups == 0;
          job.running_mean = running ? Whole(rm[k], dtype, {channels}) : none;
          job.running_var = running ? Whole(rv[k], dtype, {channels}) : none;
          job.y = Whole(y[k], dtype, {n, channels, inner});
          job.mean = Whole(mean[k], kF64, {sets});
          job.rstd = Whole(rstd[k], kF64, {sets});
          job.use_running = kind == 2;
          job.momentum = 0.1;
          job.eps = 1e-5;
          REQUIRE((k ? Slots().channel_norm(Stream(), job) : RunChannelNorm(Cpu(), job)) == NUMRS_OK);
          ChannelNormBackJob back;
          back.function = "norm_backward";
          back.n = n;
          back.channels = channels;
          back.inner = inner;
          back.groups = groups;
          back.grad = Whole(g, dtype, {n, channels, inner});
          back.x = job.x;
          back.weight = job.weight;
          back.mean = Whole(mean[0], kF64, {sets});
          back.rstd = Whole(rstd[0], kF64, {sets});
          back.gx = Whole(gx[k], dtype, {n, channels, inner});
          back.gweight = Whole(gw[k], kF64, {channels});
          back.gbias = Whole(gb[k], kF64, {channels});
          back.use_running = kind == 2;
          REQUIRE((k ? Slots().channel_norm_backward(Stream(), back) : RunChannelNormBack(Cpu(), back)) == NUMRS_OK);
        }
        INFO(NameOf(dtype) << " " << n << " " << channels << " " << inner << " groups " << groups << " kind " << kind);
        REQUIRE(Difference(y[0], y[1], dtype, size) <= 4 * Close(dtype));
        REQUIRE(Difference(mean[0], mean[1], kF64, sets) <= (dtype == kF64 ? 1e-13 : 1e-6));
        REQUIRE(Difference(rstd[0], rstd[1], kF64, sets) <= (dtype == kF64 ? 1e-12 : 1e-6));
        if (inner == 0) continue;  // no training on nothing: refused above
        REQUIRE(Difference(rm[0], rm[1], dtype, channels) <= Close(dtype));
        REQUIRE(Difference(rv[0], rv[1], dtype, channels) <= 3 * Close(dtype));
        REQUIRE(Difference(gx[0], gx[1], dtype, size) <= 100 * Close(dtype));
        REQUIRE(Difference(gw[0], gw[1], kF64, channels) <= 100 * Close(dtype));
        REQUIRE(Difference(gb[0], gb[1], kF64, channels) <= 10 * Close(dtype));
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

namespace {

struct PoolShape {
  int64_t planes, h, w, kernel[2], stride[2], padding[2], dilation[2];
};
PoolJob PoolOf(const PoolShape& s, int32_t dtype) {
  PoolJob job{};
  job.function = "pool";
  job.dtype = dtype;
  job.planes = s.planes;
  job.h = s.h;
  job.w = s.w;
  for (int d = 0; d < 2; d++) {
    job.kernel[d] = s.kernel[d];
    job.stride[d] = s.stride[d];
    job.padding[d] = s.padding[d];
    job.dilation[d] = s.dilation[d];
  }
  job.oh = (s.h + 2 * s.padding[0] - s.dilation[0] * (s.kernel[0] - 1) - 1) / s.stride[0] + 1;
  job.ow = (s.w + 2 * s.padding[1] - s.dilation[1] * (s.kernel[1] - 1) - 1) / s.stride[1] + 1;
  return job;
}

}  // namespace

TEST_CASE("pools and their gradients have the bits of the CPU") {
  const PoolShape shapes[] = {{3, 8, 10, {2, 2}, {2, 2}, {0, 0}, {1, 1}},  {2, 9, 7, {3, 3}, {2, 2}, {1, 1}, {1, 1}},
                              {2, 11, 13, {3, 2}, {1, 3}, {1, 0}, {2, 3}}, {1, 5, 40, {5, 3}, {1, 1}, {2, 1}, {1, 1}},
                              {40, 1, 1, {1, 1}, {1, 1}, {0, 0}, {1, 1}},  {2, 20, 20, {4, 4}, {1, 1}, {2, 2}, {1, 1}}};
  for (int32_t dtype : {kF32, kF64}) {
    for (const PoolShape& shape : shapes) {
      PoolJob job = PoolOf(shape, dtype);
      const int64_t in = job.planes * job.h * job.w, out = job.planes * job.oh * job.ow, most = in > out ? in : out;
      Memory x(most * 8), y[2] = {Memory(most * 8), Memory(most * 8)}, at[2] = {Memory(most * 8), Memory(most * 8)};
      Fill(x, dtype, in, true);
      for (int64_t i = 0; i < in / 4; i++)
        PutValue(x.data() + i * SizeOf(dtype), dtype, -std::numeric_limits<double>::infinity());
      const auto index = [&](int k) { return reinterpret_cast<int64_t*>(at[k].data()); };
      INFO(NameOf(dtype) << " " << job.h << " " << job.w << " kernel " << job.kernel[0] << " " << job.kernel[1]);
      REQUIRE(MaxPool(Cpu(), job, x.data(), y[0].data(), index(0)) == NUMRS_OK);
      REQUIRE(Slots().pool(Stream(), PoolCall{PoolWay::MAX, job, x.data(), y[1].data(), index(1)}) == NUMRS_OK);
      REQUIRE(Worst(y[0].data(), y[1].data(), dtype, out) == 0);
      REQUIRE(std::memcmp(index(0), index(1), static_cast<size_t>(out * 8)) == 0);
      Fill(x, dtype, most, false);
      REQUIRE(PlanePool(Cpu(), job, PlaneOp::MAX_BACKWARD, x.data(), y[0].data(), index(0)) == NUMRS_OK);
      REQUIRE(Slots().pool(Stream(), PoolCall{PoolWay::MAX_BACKWARD, job, x.data(), y[1].data(), index(0)}) ==
              NUMRS_OK);
      REQUIRE(Worst(y[0].data(), y[1].data(), dtype, in) == 0);
      if (job.dilation[0] > 1) continue;
      for (const bool pad : {false, true}) {
        for (const int64_t divisor : {0, 5}) {
          job.count_include_pad = pad;
          job.divisor = divisor;
          REQUIRE(AvgPool(Cpu(), job, x.data(), y[0].data()) == NUMRS_OK);
          REQUIRE(Slots().pool(Stream(), PoolCall{PoolWay::AVG, job, x.data(), y[1].data(), nullptr}) == NUMRS_OK);
          REQUIRE(Worst(y[0].data(), y[1].data(), dtype, out) == 0);
          REQUIRE(PlanePool(Cpu(), job, PlaneOp::AVG_BACKWARD, x.data(), y[0].data(), nullptr) == NUMRS_OK);
          REQUIRE(Slots().pool(Stream(), PoolCall{PoolWay::AVG_BACKWARD, job, x.data(), y[1].data(), nullptr}) ==
                  NUMRS_OK);
          REQUIRE(Worst(y[0].data(), y[1].data(), dtype, in) == 0);
        }
      }
    }
    for (const auto& s :
         std::vector<std::vector<int64_t>>{{2, 7, 9, 3, 4}, {3, 5, 6, 1, 1}, {2, 3, 4, 5, 9}, {1, 8, 8, 4, 2}}) {
      PoolJob job{};
      job.function = "adaptive";
      job.dtype = dtype;
      job.planes = s[0];
      job.h = s[1];
      job.w = s[2];
      job.oh = s[3];
      job.ow = s[4];
      const int64_t in = s[0] * s[1] * s[2], out = s[0] * s[3] * s[4], most = in > out ? in : out;
      Memory x(most * 8), y[2] = {Memory(most * 8), Memory(most * 8)}, at[2] = {Memory(most * 8), Memory(most * 8)};
      Fill(x, dtype, most, false);
      const std::pair<PlaneOp, PoolWay> ways[] = {{PlaneOp::ADAPTIVE_AVG, PoolWay::ADAPTIVE_AVG},
                                                  {PlaneOp::ADAPTIVE_AVG_BACKWARD, PoolWay::ADAPTIVE_AVG_BACKWARD},
                                                  {PlaneOp::ADAPTIVE_MAX, PoolWay::ADAPTIVE_MAX}};
      for (const auto& way : ways) {
        const bool maximum = way.first == PlaneOp::ADAPTIVE_MAX;
        int64_t* const index[2] = {maximum ? reinterpret_cast<int64_t*>(at[0].data()) : nullptr,
                                   maximum ? reinterpret_cast<int64_t*>(at[1].data()) : nullptr};
        REQUIRE(PlanePool(Cpu(), job, way.first, x.data(), y[0].data(), index[0]) == NUMRS_OK);
        REQUIRE(Slots().pool(Stream(), PoolCall{way.second, job, x.data(), y[1].data(), index[1]}) == NUMRS_OK);
        INFO(NameOf(dtype) << " adaptive " << static_cast<int>(way.second) << " " << s[3] << " " << s[4]);
        REQUIRE(Worst(y[0].data(), y[1].data(), dtype, way.first == PlaneOp::ADAPTIVE_AVG_BACKWARD ? in : out) == 0);
        if (maximum) REQUIRE(std::memcmp(index[0], index[1], static_cast<size_t>(out * 8)) == 0);
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("convolutions: forward, the gradients of input and weights") {
  struct Shape {
    int64_t n, groups, c_in, c_out, h, w, kernel[2], stride[2], dilation[2], padding[2];
  };
  const Shape shapes[] = {
      {2, 1, 3, 4, 8, 9, {3, 3}, {1, 1}, {1, 1}, {1, 1}}, {3, 2, 4, 6, 7, 5, {3, 2}, {2, 1}, {1, 2}, {0, 1}},
      {5, 1, 6, 3, 4, 4, {1, 1}, {1, 1}, {1, 1}, {0, 0}}, {2, 3, 6, 3, 5, 5, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
      {2, 1, 2, 2, 6, 6, {1, 1}, {2, 2}, {1, 1}, {1, 0}}, {1, 4, 4, 8, 1, 30, {1, 5}, {1, 3}, {1, 1}, {0, 4}},
      {0, 1, 2, 2, 4, 4, {3, 3}, {1, 1}, {1, 1}, {1, 1}}};
  for (int32_t dtype : {kF32, kF64}) {
    for (const Shape& s : shapes) {
      ConvJob job{};
      job.function = "conv";
      job.dtype = dtype;
      job.n = s.n;
      job.groups = s.groups;
      job.c_in = s.c_in;
      job.c_out = s.c_out;
      job.h = s.h;
      job.w = s.w;
      for (int d = 0; d < 2; d++) {
        job.kernel[d] = s.kernel[d];
        job.stride[d] = s.stride[d];
        job.dilation[d] = s.dilation[d];
        job.padding[d] = s.padding[d];
      }
      job.oh = (s.h + 2 * s.padding[0] - s.dilation[0] * (s.kernel[0] - 1) - 1) / s.stride[0] + 1;
      job.ow = (s.w + 2 * s.padding[1] - s.dilation[1] * (s.kernel[1] - 1) - 1) / s.stride[1] + 1;
      const int64_t in = s.n * s.c_in * s.h * s.w, out = s.n * s.c_out * job.oh * job.ow;
      const int64_t weights = s.c_out * job.InPerGroup() * job.Taps();
      Memory x(in * 8 + 8), w(weights * 8), b(16 * 8), g(out * 8 + 8);
      Fill(x, dtype, in, false);
      Fill(w, dtype, weights, false);
      Fill(b, dtype, 16, false);
      Fill(g, dtype, out, false);
      Memory y[2] = {Memory(out * 8 + 8), Memory(out * 8 + 8)}, gx[2] = {Memory(in * 8 + 8), Memory(in * 8 + 8)};
      Memory gw[2] = {Memory(weights * 8), Memory(weights * 8)};
      INFO(NameOf(dtype) << " n " << s.n << " groups " << s.groups << " kernel " << s.kernel[0] << " " << s.kernel[1]);
      for (const bool bias : {false, true}) {
        const void* add = bias ? b.data() : nullptr;
        REQUIRE(ConvForward(Cpu(), job, x.data(), w.data(), add, y[0].data()) == NUMRS_OK);
        REQUIRE(Slots().conv(Stream(), ConvCall{ConvWay::FORWARD, job, add, x.data(), w.data(), y[1].data()}) ==
                NUMRS_OK);
        REQUIRE(Difference(y[0], y[1], dtype, out) <= 20 * Close(dtype));
        REQUIRE(ConvInput(Cpu(), job, g.data(), w.data(), add, gx[0].data()) == NUMRS_OK);
        REQUIRE(Slots().conv(Stream(), ConvCall{ConvWay::INPUT, job, add, gx[1].data(), w.data(), g.data()}) ==
                NUMRS_OK);
        REQUIRE(Difference(gx[0], gx[1], dtype, in) <= 20 * Close(dtype));
      }
      REQUIRE(ConvWeights(Cpu(), job, x.data(), g.data(), gw[0].data()) == NUMRS_OK);
      REQUIRE(Slots().conv(Stream(), ConvCall{ConvWay::WEIGHTS, job, nullptr, x.data(), gw[1].data(), g.data()}) ==
              NUMRS_OK);
      REQUIRE(Difference(gw[0], gw[1], dtype, weights) <= 20 * Close(dtype));
      REQUIRE(scratch_blocks == 0);
    }
  }
}
