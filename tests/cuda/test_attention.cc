// What the plug-in's kernels compute, on the host: attention with its gradients, rotary embeddings.
#include "core/device_jobs.h"
#include "support.h"

namespace {

// Numbers of any float dtype as float64, and their largest difference.
double NumberAt(const char* at, int32_t dtype) {
  switch (dtype) {
    case kF16:
      return static_cast<double>(static_cast<float>(*reinterpret_cast<const Half*>(at)));
    case kBF16:
      return static_cast<double>(static_cast<float>(*reinterpret_cast<const BFloat16*>(at)));
    case kF32:
      return static_cast<double>(*reinterpret_cast<const float*>(at));
    default:
      return *reinterpret_cast<const double*>(at);
  }
}
double Far(Memory& a, Memory& b, int32_t dtype, int64_t n) {
  double worst = 0;
  for (int64_t i = 0; i < n; i++) {
    const double x = NumberAt(a.data() + i * SizeOf(dtype), dtype), y = NumberAt(b.data() + i * SizeOf(dtype), dtype);
    if ((x != x && y != y) || x == y) continue;
    const double apart = std::fabs(x - y) / std::max(1.0, std::fabs(x));
    worst = apart <= worst ? worst : apart;
    if (apart != apart) return 1e300;
  }
  return worst;
}

struct Shape {
  int64_t batch, heads, kv_heads, lq, lk, d, dv;
};
enum Kind_ { PLAIN, CAUSAL, CHOICE, ADDED, DROPPED, CAUSAL_CHOICE, KINDS };

}  // namespace

TEST_CASE("attention and its gradients") {
  const Shape shapes[] = {{2, 3, 3, 7, 9, 4, 5}, {1, 4, 2, 6, 6, 8, 8},   {2, 2, 1, 33, 70, 3, 2},
                          {1, 1, 1, 1, 1, 1, 1}, {1, 2, 2, 40, 20, 4, 4}, {1, 6, 2, 5, 0, 3, 3},
                          {1, 2, 2, 0, 5, 3, 3}, {2, 1, 1, 3, 4, 0, 2}};
  for (int32_t dtype : {kF16, kBF16, kF32, kF64}) {
    const bool half = dtype == kF16 || dtype == kBF16;
    const int32_t wide = dtype == kF64 ? kF64 : kF32;
    for (const Shape& s : shapes) {
      for (int kind = 0; kind < KINDS; kind++) {
        if (half && kind > CAUSAL) continue;
        const int64_t rows = s.batch * s.heads * s.lq, keys = s.batch * s.kv_heads * s.lk;
        Memory q(rows * s.d * 8), k(keys * s.d * 8), v(keys * s.dv * 8), mask((s.lq + 1) * s.lk * 8 * s.heads + 8),
            g(rows * s.dv * 8);
        Fill(q, dtype, rows * s.d, false);
        Fill(k, dtype, keys * s.d, false);
        Fill(v, dtype, keys * s.dv, false);
        Fill(g, dtype, rows * s.dv, false);
        AttentionJob job;
        job.function = "attention";
        // (batch, rows, heads, width), turned: as models have them.
        const auto side = [&](Memory& memory, int64_t heads, int64_t length, int64_t width) {
          View view = Whole(memory, dtype, {s.batch, length, heads, width});
          std::swap(view.shape[1], view.shape[2]);
          std::swap(view.strides[1], view.strides[2]);
          return view;
        };
        job.q = side(q, s.heads, s.lq, s.d);
        job.k = side(k, s.kv_heads, s.lk, s.d);
        job.v = Whole(v, dtype, {s.batch, s.kv_heads, s.lk, s.dv});
        job.causal = kind == CAUSAL || kind == CAUSAL_CHOICE;
        job.scale = 0.3;
        job.has_lse = true;
        if (kind == CHOICE || kind == CAUSAL_CHOICE) {
          Fill(mask, kBOOL, s.lq * s.lk, false);
          for (int64_t j = 0; j < s.lk && s.lq > 1; j++) mask.data()[s.lk + j] = 0;  // a row that sees nothing
          job.mask = Whole(mask, kBOOL, {s.lq, s.lk});
          job.has_mask = true;
        }
        if (kind == ADDED) {
          Fill(mask, dtype, s.heads * s.lk, false);
          job.mask = Whole(mask, dtype, {s.heads, 1, s.lk});
          job.has_mask = true;
        }
        if (kind == DROPPED) {
          job.dropout = 0.3;
          job.seed = 77;
        }
        Memory y[2] = {Memory(rows * s.dv * 8 + 8), Memory(rows * s.dv * 8 + 8)},
               lse[2] = {Memory(rows * 8 + 8), Memory(rows * 8 + 8)};
        Memory gq[2] = {Memory(rows * s.d * 8 + 8), Memory(rows * s.d * 8 + 8)},
               gk[2] = {Memory(keys * s.d * 8 + 8), Memory(keys * s.d * 8 + 8)};
        Memory gv[2] = {Memory(keys * s.dv * 8 + 8), Memory(keys * s.dv * 8 + 8)};
        Memory gmask[2] = {Memory(rows * s.lk * 8 + 8), Memory(rows * s.lk * 8 + 8)};
        const uint64_t seven = 7;  // as a recording moves a seed
        for (int n = 0; n < 2; n++) {
          if (n && kind == DROPPED) {
            job.seed -= seven;
            job.ahead = &seven;
          }
          AttentionJob call = job;
          call.y = Whole(y[n], dtype, {s.batch, s.heads, s.lq, s.dv});
          call.lse = Whole(lse[n], wide, {s.batch, s.heads, s.lq});
          REQUIRE((n ? Slots().attention(Stream(), call) : RunAttention(Cpu(), call)) == NUMRS_OK);
          AttentionGradJob back;
          back.forward = job;
          back.forward.y = Whole(y[0], dtype, {s.batch, s.heads, s.lq, s.dv});
          back.forward.lse = Whole(lse[0], wide, {s.batch, s.heads, s.lq});
          back.grad = Whole(g, dtype, {s.batch, s.heads, s.lq, s.dv});
          back.gq = Whole(gq[n], dtype, {s.batch, s.heads, s.lq, s.d});
          back.gk = Whole(gk[n], dtype, {s.batch, s.kv_heads, s.lk, s.d});
          back.gv = Whole(gv[n], dtype, {s.batch, s.kv_heads, s.lk, s.dv});
          back.has_gmask = kind == ADDED;
          if (back.has_gmask) back.gmask = Whole(gmask[n], dtype, {s.batch, s.heads, s.lq, s.lk});
          REQUIRE((n ? Slots().attention_backward(Stream(), back) : RunAttentionGrad(Cpu(), back)) == NUMRS_OK);
        }
        const double near = dtype == kF16 ? 4e-3 : dtype == kBF16 ? 3e-2 : 20 * Close(dtype);
        INFO(NameOf(dtype) << " lq " << s.lq << " lk " << s.lk << " d " << s.d << " kind " << kind);
        REQUIRE(Far(y[0], y[1], dtype, rows * s.dv) <= near);
        REQUIRE(Far(lse[0], lse[1], wide, rows) <= near);
        REQUIRE(Far(gq[0], gq[1], dtype, rows * s.d) <= 4 * near);
        REQUIRE(Far(gk[0], gk[1], dtype, keys * s.d) <= 4 * near);
        REQUIRE(Far(gv[0], gv[1], dtype, keys * s.dv) <= 4 * near);
        if (kind == ADDED) REQUIRE(Far(gmask[0], gmask[1], dtype, rows * s.lk) <= 4 * near);
        REQUIRE(scratch_blocks == 0);
      }
    }
  }
}

TEST_CASE("rotary embeddings") {
  for (int32_t dtype : {kF16, kBF16, kF32, kF64}) {
    for (const bool both : {false, true}) {
      for (int kind = 0; kind < 8; kind++) {
        const int64_t batch = 2, heads = 3, length = 5, d = 6;
        const int64_t size = batch * heads * length * d, width = both ? d : d / 2;
        Memory x(size * 8), cos(length * width * 8), sin(length * width * 8),
            y[2] = {Memory(size * 8), Memory(size * 8)};
        Fill(x, dtype, size, false);
        Fill(cos, dtype, length * width, false);
        Fill(sin, dtype, length * width, false);
        RopeJob job;
        job.function = "rope";
        job.x = Whole(x, dtype, {batch, length, heads, d});
        std::swap(job.x.shape[1], job.x.shape[2]);
        std::swap(job.x.strides[1], job.x.strides[2]);
        job.cos = Whole(cos, dtype, {length, width});
        job.sin = Whole(sin, dtype, {1, length, width});
        job.interleaved = kind & 1;
        job.inverse = kind & 2;
        for (int n = 0; n < 2; n++) {
          job.y = Whole(y[n], dtype, {batch, heads, length, d});
          if (kind & 4) {  // over itself
            std::memcpy(y[n].data(), x.data(), static_cast<size_t>(size * SizeOf(dtype)));
            job.x = job.y;
          }
          REQUIRE((n ? Slots().rope(Stream(), job) : RunRope(Cpu(), job)) == NUMRS_OK);
        }
        INFO(NameOf(dtype) << " both " << both << " kind " << kind);
        REQUIRE(Worst(y[0].data(), y[1].data(), dtype, size) == 0);
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}
