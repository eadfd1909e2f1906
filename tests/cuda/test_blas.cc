// Products and linear layers through cuBLASLt: the calls' arguments, as a library that computes on the host takes them.
#include <dlfcn.h>

#define NUMRS_TEST_LIBRARIES 1
#include "support.h"

#include "core/device_jobs.h"
#include "cuda/cublaslt.h"
#include "fake_cublaslt.h"

namespace {

View Batched(View v, int64_t batch) {  // one matrix, repeated
  for (int d = v.ndim; d > 0; d--) {
    v.shape[d] = v.shape[d - 1];
    v.strides[d] = v.strides[d - 1];
  }
  v.ndim++;
  v.shape[0] = batch;
  v.strides[0] = 0;
  v.size *= batch;
  return v;
}
MatmulJob JobOf(const View& a, const View& b, const View& y, int32_t compute) {
  MatmulJob job;
  job.function = "matmul";
  job.a = a;
  job.b = b;
  job.y = y;
  job.compute = compute;
  job.alpha = 1;
  job.beta = 0;
  return job;
}
double Near(int32_t dtype) {
  return dtype == kF16 ? 2e-3 : dtype == kBF16 ? 1.6e-2 : dtype == kF32 || dtype == kC64 ? 1e-5 : 1e-12;
}
// The largest difference of the same elements, relative to the larger of 1 and the numbers.
double Apart(const View& x, const View& y) {
  const auto number = [](const char* at, int32_t dtype) -> double {
    if (dtype == kF16) return static_cast<double>(static_cast<float>(*reinterpret_cast<const Half*>(at)));
    if (dtype == kBF16) return static_cast<double>(static_cast<float>(*reinterpret_cast<const BFloat16*>(at)));
    if (dtype == kF32) return static_cast<double>(*reinterpret_cast<const float*>(at));
    if (dtype == kI32) return *reinterpret_cast<const int32_t*>(at);
    return *reinterpret_cast<const double*>(at);
  };
  const bool complex = KindOf(x.dtype) == Kind::COMPLEX;
  const int32_t part = x.dtype == kC64 ? kF32 : x.dtype == kC128 ? kF64 : x.dtype;
  double worst = 0;
  int64_t place[kMaxNDim] = {};
  for (int64_t i = 0; i < x.size; i++) {
    const char *p = x.data, *q = y.data;
    for (int d = 0; d < x.ndim; d++) {
      p += place[d] * x.strides[d];
      q += place[d] * y.strides[d];
    }
    for (int half = 0; half < (complex ? 2 : 1); half++) {
      const double v = number(p + half * SizeOf(part), part), w = number(q + half * SizeOf(part), part);
      const double apart = std::fabs(v - w) / std::max(1.0, std::fabs(v));
      worst = apart <= worst ? worst : apart;
    }
    for (int d = x.ndim; d-- > 0;) {
      if (++place[d] < x.shape[d]) break;
      place[d] = 0;
    }
  }
  return worst;
}
// The job on the engine and in the slot, from the same memory.
void Compare(MatmulJob job, const char* what) {
  const int64_t bytes = job.y.size * job.y.itemsize();
  Memory mine(bytes), theirs(bytes);
  Fill(mine, job.y.dtype, job.y.size, false);
  std::memcpy(theirs.data(), mine.data(), static_cast<size_t>(bytes));
  View y = job.y;
  y.data = mine.data();
  const bool general = job.alpha != 1 || job.beta != 0;
  REQUIRE((general ? GeneralMatmul(Cpu(), "matmul", job.a, job.b, y, job.alpha, job.beta)
                   : Matmul(Cpu(), "matmul", job.a, job.b, y)) == NUMRS_OK);
  job.y.data = theirs.data();
  REQUIRE(Slots().matmul(Stream(), job) == NUMRS_OK);
  INFO(what << " " << NameOf(job.compute) << " to " << NameOf(y.dtype));
  REQUIRE(Apart(y, job.y) <= 30 * Near(job.compute));
  REQUIRE(scratch_blocks == 0);
}

}  // namespace

TEST_CASE("cuBLASLt: dtypes, sizes, both orders of each operand and of the result") {
  for (int32_t dtype : {kF16, kBF16, kF32, kF64, kC64, kC128}) {
    for (const auto& s : std::vector<std::vector<int64_t>>{
             {1, 1, 1}, {5, 7, 3}, {1, 9, 4}, {6, 1, 5}, {4, 8, 1}, {1, 6, 1}, {17, 30, 33}}) {
      const int64_t m = s[0], k = s[1], n = s[2];
      Memory a(m * k * 16), b(k * n * 16), y(m * n * 16);
      Fill(a, dtype, m * k, false);
      Fill(b, dtype, k * n, false);
      for (int turns = 0; turns < 8; turns++) {
        const View left = turns & 1 ? Turned(Whole(a, dtype, {k, m})) : Whole(a, dtype, {m, k});
        const View right = turns & 2 ? Turned(Whole(b, dtype, {n, k})) : Whole(b, dtype, {k, n});
        const View out = turns & 4 ? Turned(Whole(y, dtype, {n, m})) : Whole(y, dtype, {m, n});
        const int64_t before = fake_lt.products;
        Compare(JobOf(left, right, out, dtype), "plain");
        REQUIRE(fake_lt.products == before + 1);
        REQUIRE(fake_lt.batch == 1);
      }
    }
  }
}

TEST_CASE("cuBLASLt: strides that it cannot take, and dtypes around the product") {
  for (int32_t dtype : {kBF16, kF32, kF64}) {
    const int64_t m = 6, k = 10, n = 7, size = SizeOf(dtype);
    Memory a(8 * m * k * 8), b(8 * k * n * 8), y(8 * m * n * 8);
    Fill(a, dtype, 8 * m * k, false);
    Fill(b, dtype, 8 * k * n, false);
    View wide = Whole(a, dtype, {m, k});  // rows with gaps: as they are
    wide.strides[0] = 2 * k * size;
    Compare(JobOf(wide, Whole(b, dtype, {k, n}), Whole(y, dtype, {m, n}), dtype), "gaps");
    View every_second = wide;
    every_second.strides[1] = 2 * size;
    Compare(JobOf(every_second, Whole(b, dtype, {k, n}), Whole(y, dtype, {m, n}), dtype), "every second");
    View backwards = Whole(a, dtype, {m, k});
    backwards.data += (m - 1) * k * size;
    backwards.strides[0] = -k * size;
    Compare(JobOf(backwards, Whole(b, dtype, {k, n}), Whole(y, dtype, {m, n}), dtype), "backwards");
    View windows = Whole(a, dtype, {m, k});  // rows that overlap
    windows.strides[0] = size;
    windows.strides[1] = size;
    Compare(JobOf(windows, Whole(b, dtype, {k, n}), Whole(y, dtype, {m, n}), dtype), "windows");
    View one_row = Whole(a, dtype, {m, k});
    one_row.strides[0] = 0;
    Compare(JobOf(one_row, Whole(b, dtype, {k, n}), Whole(y, dtype, {m, n}), dtype), "a repeated row");
    View odd = Whole(a, dtype, {m, k});
    odd.data += size;
    Compare(JobOf(odd, Whole(b, dtype, {k, n}), Whole(y, dtype, {m, n}), dtype), "another alignment");
    // A result with gaps both ways is put together elsewhere.
    Memory large(4 * m * n * 8), want(m * n * 8);
    View spread = Whole(large, dtype, {m, n});
    spread.strides[0] = 4 * n * size;
    spread.strides[1] = 2 * size;
    const View dense = Whole(want, dtype, {m, n});
    REQUIRE(Matmul(Cpu(), "matmul", Whole(a, dtype, {m, k}), Whole(b, dtype, {k, n}), dense) == NUMRS_OK);
    REQUIRE(Slots().matmul(Stream(), JobOf(Whole(a, dtype, {m, k}), Whole(b, dtype, {k, n}), spread, dtype)) ==
            NUMRS_OK);
    REQUIRE(Apart(dense, spread) <= 30 * Near(dtype));
  }
  Memory a(400), b(400), y(800);
  Fill(a, kI32, 60, false);
  Fill(b, kF64, 30, false);
  Compare(JobOf(Whole(a, kI32, {6, 5}), Whole(b, kF64, {5, 4}), Whole(y, kF64, {6, 4}), kF64), "integers by floats");
  Fill(a, kF16, 60, false);
  Fill(b, kF16, 30, false);
  Compare(JobOf(Whole(a, kF16, {6, 5}), Whole(b, kF16, {5, 4}), Whole(y, kF32, {6, 4}), kF16), "one rounding");
  Compare(JobOf(Whole(a, kF16, {6, 5}), Whole(b, kF16, {5, 4}), Whole(y, kF64, {6, 4}), kF16), "widened");
  const int64_t before = fake_lt.products;
  Fill(a, kI32, 60, false);
  Fill(b, kI32, 30, false);
  Compare(JobOf(Whole(a, kI32, {6, 5}), Whole(b, kI32, {5, 4}), Whole(y, kI32, {6, 4}), kI32), "integers");
  REQUIRE(fake_lt.products == before);
}

TEST_CASE("cuBLASLt: batches in one call, folded into rows, and loops around it") {
  const int64_t m = 3, k = 4, n = 5;
  Memory a(2000 * 8), b(2000 * 8), y(2000 * 8);
  Fill(a, kF32, 2000, false);
  Fill(b, kF32, 2000, false);
  const auto run = [&](const View& left, const View& right, const View& out, int64_t calls, int64_t batch, int64_t rows,
                       const char* what) {
    const int64_t before = fake_lt.products;
    Compare(JobOf(left, right, out, kF32), what);
    INFO(what);
    REQUIRE(fake_lt.products - before == calls);
    REQUIRE(fake_lt.batch == batch);
    REQUIRE(fake_lt.rows == rows);
  };
  const View one = Whole(b, kF32, {k, n});
  run(Whole(a, kF32, {7, m, k}), Whole(b, kF32, {7, k, n}), Whole(y, kF32, {7, m, n}), 1, 7, m, "a batch");
  run(Whole(a, kF32, {2, 3, m, k}), Whole(b, kF32, {2, 3, k, n}), Whole(y, kF32, {2, 3, m, n}), 1, 6, m, "two merged");
  run(Whole(a, kF32, {7, m, k}), Batched(one, 7), Whole(y, kF32, {7, m, n}), 1, 1, 7 * m, "rows");
  run(Whole(a, kF32, {7, 1, k}), Batched(one, 7), Whole(y, kF32, {7, 1, n}), 1, 1, 7, "vectors");
  run(Batched(Whole(a, kF32, {m, k}), 7), Whole(b, kF32, {7, k, n}), Whole(y, kF32, {7, m, n}), 1, 7, m, "one left");
  View left = Whole(a, kF32, {4, m, k});  // every second matrix: a batch of its own, not rows
  left.strides[0] *= 2;
  run(left, Batched(one, 4), Whole(y, kF32, {4, m, n}), 1, 4, m, "every second");
  View turned = Whole(y, kF32, {3, 2, m, n});
  std::swap(turned.shape[0], turned.shape[1]);
  std::swap(turned.strides[0], turned.strides[1]);
  run(Whole(a, kF32, {2, 3, m, k}), Whole(b, kF32, {2, 3, k, n}), turned, 2, 3, m, "loops");
  View heads = Whole(a, kF32, {5, 2, m, k});  // (tokens, heads, width) as heads of tokens
  std::swap(heads.shape[0], heads.shape[1]);
  std::swap(heads.strides[0], heads.strides[1]);
  run(heads, Whole(b, kF32, {2, 5, k, n}), Whole(y, kF32, {2, 5, m, n}), 2, 5, m, "heads");
  View backwards = Whole(a, kF32, {7, m, k});
  backwards.data += 6 * m * k * 4;
  backwards.strides[0] = -m * k * 4;
  run(backwards, Whole(b, kF32, {7, k, n}), Whole(y, kF32, {7, m, n}), 1, 7, m, "backwards");
}

TEST_CASE("cuBLASLt: alpha and beta, searches kept, a library that has no way") {
  Memory a(4000), b(4000), y(4000);
  Fill(a, kF64, 200, false);
  Fill(b, kF64, 200, false);
  for (int32_t dtype : {kF32, kF64}) {
    for (const double beta : {0.0, 1.0, -0.5}) {
      MatmulJob job = JobOf(Whole(a, dtype, {5, 6}), Whole(b, dtype, {6, 7}), Whole(y, dtype, {5, 7}), dtype);
      job.alpha = 1.5;
      job.beta = beta;
      if (dtype == kF32) Fill(a, kF32, 30, false), Fill(b, kF32, 42, false);
      Compare(job, "general");
    }
  }
  const MatmulJob job = JobOf(Whole(a, kF32, {11, 13}), Whole(b, kF32, {13, 3}), Whole(y, kF32, {11, 3}), kF32);
  REQUIRE(Slots().matmul(Stream(), job) == NUMRS_OK);
  int64_t before = fake_lt.searches;
  for (int i = 0; i < 5; i++) REQUIRE(Slots().matmul(Stream(), job) == NUMRS_OK);
  REQUIRE(fake_lt.searches == before);
  for (int64_t n = 1; n < 900; n++) {  // more than are kept
    const MatmulJob other = JobOf(Whole(a, kF32, {1, 1}), Whole(b, kF32, {1, n}), Whole(y, kF32, {1, n}), kF32);
    REQUIRE(Slots().matmul(Stream(), other) == NUMRS_OK);
    REQUIRE(Slots().matmul(Stream(), job) == NUMRS_OK);  // in use all the time: stays
  }
  REQUIRE(fake_lt.searches <= before + 899);
  before = fake_lt.searches;
  fake_lt.refuses = true;
  Memory left(4000), right(4000);
  Fill(left, kF32, 500, false);
  Fill(right, kF32, 500, false);
  const int64_t products = fake_lt.products;
  const MatmulJob again =
      JobOf(Whole(left, kF32, {3, 5, 6}), Whole(right, kF32, {3, 6, 9}), Whole(y, kF32, {3, 5, 9}), kF32);
  for (int i = 0; i < 2; i++) {  // the plug-in's own kernel; nobody asks twice
    Compare(JobOf(Whole(left, kF32, {3, 5, 6}), Whole(right, kF32, {3, 6, 9}), Whole(y, kF32, {3, 5, 9}), kF32), "own");
    REQUIRE(Slots().matmul(Stream(), again) == NUMRS_OK);
    Compare(JobOf(Whole(left, kF32, {3, 5, 6}), Batched(Whole(right, kF32, {6, 8}), 3),
                  Turned(Whole(y, kF32, {3, 8, 5})), kF32),
            "own, loops");
  }
  fake_lt.refuses = false;
  REQUIRE(fake_lt.products == products);
  REQUIRE(fake_lt.searches > before);
  before = fake_lt.searches;
  REQUIRE(Slots().matmul(Stream(), again) == NUMRS_OK);  // still by its own
  REQUIRE(fake_lt.products == products);
  REQUIRE(fake_lt.searches == before);
  char text[100];
  REQUIRE(ThePlugin().api->info(ThePlugin().device, "cublaslt", text, sizeof(text)) == NUMRS_OK);
  REQUIRE(std::string(text) == "13.0.1");
}

TEST_CASE("cuBLASLt: linear layers, the bias in the product, sums of the 16-bit floats beside it") {
  for (int32_t dtype : {kF16, kBF16, kF32, kF64}) {
    for (int32_t activation : {kLinearNone, static_cast<int32_t>(kActivation_relu),
                               static_cast<int32_t>(kActivation_tanh), static_cast<int32_t>(kActivation_gelu)}) {
      for (const bool turned : {false, true}) {
        const int64_t m = 11, k = 14, n = 9;
        const int32_t wide = dtype == kF64 ? kF64 : kF32;  // the engine's own
        const auto fill = [&](Memory& given, Memory& widened, int64_t count) {
          Fill(given, dtype, count, false);
          for (int64_t i = 0; i < count; i++) {
            const char* at = given.data() + i * SizeOf(dtype);
            if (dtype == kF16)
              PutValue(widened.data() + 4 * i, kF32, static_cast<float>(*reinterpret_cast<const Half*>(at)));
            else if (dtype == kBF16)
              PutValue(widened.data() + 4 * i, kF32, static_cast<float>(*reinterpret_cast<const BFloat16*>(at)));
            else
              std::memcpy(widened.data() + i * SizeOf(dtype), at, static_cast<size_t>(SizeOf(dtype)));
          }
        };
        const int64_t most = 8 * 14 * 11;
        Memory x(most), w(most), b(most), g(most), y(most), pre(most), gx(most), gw(most), gb(most);
        Memory x2(most), w2(most), b2(most), g2(most), y2(most), pre2(most), gx2(most), gw2(most), gb2(most);
        fill(x, x2, m * k);
        fill(w, w2, k * n);
        fill(b, b2, n);
        fill(g, g2, m * n);
        const int64_t row = turned ? 1 : n, col = turned ? k : 1;
        const LinearJob job{"linear", dtype, m, k, n, w.data(), row, col, activation, 0.1};
        const LinearJob job2{"linear", wide, m, k, n, w2.data(), row, col, activation, 0.1};
        REQUIRE(LinearForward(Cpu(), job2, x2.data(), b2.data(), y2.data(), pre2.data()) == NUMRS_OK);
        const int64_t before = fake_lt.products;
        REQUIRE(Slots().linear(Stream(), LinearForwardCall{job, x.data(), b.data(), y.data(), pre.data()}) == NUMRS_OK);
        REQUIRE(fake_lt.products == before + 1);
        REQUIRE(fake_lt.epilogue == cuda::kLtEpilogueBias);
        const auto near = [&](Memory& mine, Memory& theirs, int64_t count) {
          double worst = 0;
          for (int64_t i = 0; i < count; i++) {
            Memory a(8), e(8);
            const char* at = mine.data() + i * SizeOf(dtype);
            if (dtype == kF16)
              PutValue(a.data(), kF32, static_cast<float>(*reinterpret_cast<const Half*>(at)));
            else if (dtype == kBF16)
              PutValue(a.data(), kF32, static_cast<float>(*reinterpret_cast<const BFloat16*>(at)));
            else
              std::memcpy(a.data(), at, static_cast<size_t>(SizeOf(dtype)));
            std::memcpy(e.data(), theirs.data() + i * SizeOf(wide), static_cast<size_t>(SizeOf(wide)));
            worst = std::max(worst, Difference(a, e, wide, 1));
          }
          return worst;
        };
        INFO(NameOf(dtype) << " activation " << activation << " turned " << turned);
        REQUIRE(near(y, y2, m * n) <= 3 * Near(dtype));
        REQUIRE(near(pre, pre2, m * n) <= 3 * Near(dtype));
        const bool output = activation != kLinearNone && SavesOutput(activation);
        Memory saved(most), saved2(most);
        std::memcpy(saved.data(), output ? y.data() : pre.data(), static_cast<size_t>(m * n * SizeOf(dtype)));
        for (int64_t i = 0; i < m * n; i++) {
          const char* at = saved.data() + i * SizeOf(dtype);
          if (dtype == kF16)
            PutValue(saved2.data() + 4 * i, kF32, static_cast<float>(*reinterpret_cast<const Half*>(at)));
          else if (dtype == kBF16)
            PutValue(saved2.data() + 4 * i, kF32, static_cast<float>(*reinterpret_cast<const BFloat16*>(at)));
          else
            std::memcpy(saved2.data() + i * SizeOf(dtype), at, static_cast<size_t>(SizeOf(dtype)));
        }
        REQUIRE(LinearBackward(Cpu(), job2, g2.data(), x2.data(), saved2.data(), gx2.data(), gw2.data(), gb2.data()) ==
                NUMRS_OK);
        REQUIRE(Slots().linear_backward(Stream(), LinearBackwardCall{job, g.data(), x.data(), saved.data(), gx.data(),
                                                                     gw.data(), gb.data()}) == NUMRS_OK);
        REQUIRE(near(gx, gx2, m * k) <= 100 * Near(dtype));
        REQUIRE(near(gw, gw2, k * n) <= 100 * Near(dtype));
        REQUIRE(near(gb, gb2, n) <= 30 * Near(dtype));
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("cuBLASLt: products of convolutions and attention") {
  for (int32_t dtype : {kF32, kF64}) {
    ConvJob job{};
    job.function = "conv";
    job.dtype = dtype;
    job.n = 5;
    job.groups = 2;
    job.c_in = job.c_out = 4;
    job.h = job.oh = 6;
    job.w = job.ow = 7;
    for (int d = 0; d < 2; d++) {
      job.kernel[d] = 3;
      job.stride[d] = job.dilation[d] = job.padding[d] = 1;
    }
    const int64_t size = 5 * 4 * 42, weights = 4 * 2 * 9;
    Memory x(size * 8), w(weights * 8), b(4 * 8), y[2] = {Memory(size * 8), Memory(size * 8)},
                                                  gw[2] = {Memory(weights * 8), Memory(weights * 8)};
    Fill(x, dtype, size, false);
    Fill(w, dtype, weights, false);
    Fill(b, dtype, 4, false);
    const int64_t before = fake_lt.products;
    REQUIRE(ConvForward(Cpu(), job, x.data(), w.data(), b.data(), y[0].data()) == NUMRS_OK);
    REQUIRE(Slots().conv(Stream(), ConvCall{ConvWay::FORWARD, job, b.data(), x.data(), w.data(), y[1].data()}) ==
            NUMRS_OK);
    REQUIRE(Difference(y[0], y[1], dtype, size) <= 20 * Close(dtype));
    REQUIRE(ConvInput(Cpu(), job, x.data(), w.data(), nullptr, y[0].data()) == NUMRS_OK);
    REQUIRE(Slots().conv(Stream(), ConvCall{ConvWay::INPUT, job, nullptr, y[1].data(), w.data(), x.data()}) ==
            NUMRS_OK);
    REQUIRE(Difference(y[0], y[1], dtype, size) <= 20 * Close(dtype));
    REQUIRE(ConvWeights(Cpu(), job, x.data(), x.data(), gw[0].data()) == NUMRS_OK);
    REQUIRE(Slots().conv(Stream(), ConvCall{ConvWay::WEIGHTS, job, nullptr, x.data(), gw[1].data(), x.data()}) ==
            NUMRS_OK);
    REQUIRE(Difference(gw[0], gw[1], dtype, weights) <= 50 * Close(dtype));
    AttentionJob attention;
    attention.function = "attention";
    attention.q = Whole(x, dtype, {2, 4, 9, 5});
    attention.k = attention.v = Whole(x, dtype, {2, 2, 10, 5});
    attention.causal = true;
    attention.scale = 0.4;
    for (int k = 0; k < 2; k++) {
      attention.y = Whole(y[k], dtype, {2, 4, 9, 5});
      REQUIRE((k ? Slots().attention(Stream(), attention) : RunAttention(Cpu(), attention)) == NUMRS_OK);
    }
    REQUIRE(Difference(y[0], y[1], dtype, 2 * 4 * 9 * 5) <= 20 * Close(dtype));
    REQUIRE(fake_lt.products > before + 6);
  }
  REQUIRE(scratch_blocks == 0);
}
