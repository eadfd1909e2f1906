// What the plug-in's kernels compute, on the host: every slot with jobs of many shapes, strides and dtypes, beside what
// the library's own engine makes of the same job. Here: element-wise functions, reductions, activations.
#include "support.h"

TEST_CASE("a multiplication and a shift divide as division does") {
  for (uint32_t d : {1u, 2u, 3u, 5u, 7u, 10u, 31u, 255u, 256u, 641u, 65535u, 1u << 20, 1000003u, 0x3FFFFFFFu,
                     0x40000000u, 0x7FFFFFFFu}) {
    const cuda::Divider divider = cuda::Divider::By(d);
    for (uint64_t k = 0; k < 20000; k++) {
      const uint32_t n = static_cast<uint32_t>(k < 3000   ? k
                                               : k < 6000 ? 0x7FFFFFFF - (k - 3000)
                                               : k < 9000 ? (k * d) & 0x7FFFFFFF
                                                          : Random()() & 0x7FFFFFFF);
      if (divider.Divide(n) != n / d) FAIL(n << " / " << d);
    }
  }
}

TEST_CASE("loops: ordered, merged, cut") {
  Memory memory(64);
  const View a = Whole(memory, kF32, {4, 3, 2});
  View b = a;
  const View* same[] = {&a, &b};
  REQUIRE(cuda::MakeLoops(2, same).ndim == 1);
  const View turned = Turned(a);
  const View* both[] = {&turned, &turned};
  REQUIRE(cuda::MakeLoops(2, both).ndim == 1);  // the output's order
  const View row = Whole(memory, kF32, {2});
  const View* stretched[] = {&row, &a};
  REQUIRE(cuda::MakeLoops(2, stretched).ndim == 2);
  int64_t huge_shape[] = {3, int64_t{1} << 31}, pieces = 0, total = 0;
  View huge = ContiguousView(nullptr, kF32, 2, huge_shape);
  const View* long_ones[] = {&huge, &huge};
  cuda::ForPieces(cuda::MakeLoops(2, long_ones), [&](const cuda::Loops& part) -> Status {
    pieces++;
    total += part.size();
    REQUIRE(part.size() <= cuda::kMostElements);
    return NUMRS_OK;
  });
  REQUIRE(total == 3 * (int64_t{1} << 31));
  REQUIRE(pieces >= 6);
}

namespace {

// A job on the engine of the library and in the slot; results of `result` dtype in out.
void CompareElementwise(ElementwiseJob job, int64_t out_bytes, double most, const std::string& what) {
  Memory mine(out_bytes), theirs(out_bytes);
  std::memset(mine.data(), 0x11, static_cast<size_t>(out_bytes));
  std::memset(theirs.data(), 0x11, static_cast<size_t>(out_bytes));
  ElementwiseJob first = job, second = job;
  first.out.data = mine.data() + (job.out.data - static_cast<char*>(nullptr));
  second.out.data = theirs.data() + (job.out.data - static_cast<char*>(nullptr));
  REQUIRE(RunElementwise(Cpu(), first) == NUMRS_OK);
  const Status status = Slots().elementwise(Stream(), second);
  INFO(what << ": " << Message());
  REQUIRE(status == NUMRS_OK);
  const double worst = Worst(mine.data(), theirs.data(), job.out.dtype, out_bytes / SizeOf(job.out.dtype));
  INFO(what << " differs by " << worst);
  REQUIRE(worst <= most);
}

const std::vector<std::vector<int64_t>> kShapes = {{1}, {7}, {1030}, {5, 1}, {33, 65}, {2, 3, 4, 5}};

}  // namespace

TEST_CASE("unary functions of every dtype, contiguous and strided") {
  for (int32_t op = 0; op < kUnaryOps; op++) {
    for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
      if (!Cpu().kernels.unary.fn[op][dtype]) continue;
      for (const auto& shape : kShapes) {
        int64_t n = 1;
        for (int64_t extent : shape) n *= extent;
        Memory x(n * 16);
        Fill(x, dtype, n, true);
        ElementwiseJob job;
        job.function = kUnaryRows[op].name;
        job.family = ElementwiseFamily::UNARY;
        job.op = op;
        job.inputs = 1;
        job.in[0] = Whole(x, dtype, shape);
        job.compute[0] = dtype;
        job.result = kUnaryRows[op].result == ResultRule::BOOL   ? static_cast<int32_t>(kBOOL)
                     : kUnaryRows[op].result == ResultRule::REAL ? RealDType(dtype)
                                                                 : dtype;
        job.unary = Cpu().kernels.unary.fn[op][dtype];
        job.cost_ns = 1;
        job.names[0] = "x";
        std::vector<int64_t> out_shape = shape;
        if (shape.size() >= 2) {
          job.in[0] = Turned(job.in[0]);
          std::swap(out_shape[shape.size() - 1], out_shape[shape.size() - 2]);
        }
        job.out = ContiguousView(nullptr, job.result, static_cast<int32_t>(shape.size()), out_shape.data());
        CompareElementwise(job, n * SizeOf(job.result), KindOf(dtype) == Kind::COMPLEX ? 64 : 6,
                           std::string(kUnaryRows[op].name) + " " + NameOf(dtype));
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("binary functions of every dtype: broadcasting, host values, conversions") {
  for (int32_t op = 0; op < kBinaryOps; op++) {
    for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
      if (!Cpu().kernels.binary.fn[op][dtype]) continue;
      if (op == kBinary_pow && KindOf(dtype) != Kind::FLOAT) continue;
      for (int way = 0; way < 5; way++) {
        const int64_t rows = 19, cols = way == 4 ? 64 : 37, n = rows * cols;
        Memory a(n * 16), b(n * 16);
        Fill(a, dtype, n, true);
        Fill(b, dtype, n, true);
        ElementwiseJob job;
        job.function = kBinaryRows[op].name;
        job.family = ElementwiseFamily::BINARY;
        job.op = op;
        job.inputs = 2;
        job.in[0] = Whole(a, dtype, {rows, cols});
        job.in[1] = way == 1   ? Whole(b, dtype, {cols})
                    : way == 2 ? Whole(b, dtype, {rows, 1})
                    : way == 3 ? Whole(b, dtype, {})
                               : Whole(b, dtype, {rows, cols});
        if (way == 3) job.in[1].host = true;
        job.compute[0] = job.compute[1] = dtype;
        job.result = kBinaryRows[op].result == ResultRule::BOOL ? static_cast<int32_t>(kBOOL) : dtype;
        job.binary = Cpu().kernels.binary.fn[op][dtype];
        job.cost_ns = 1;
        job.names[0] = "a";
        job.names[1] = "b";
        job.out = ContiguousView(nullptr, job.result, 2, job.in[0].shape);
        CompareElementwise(job, n * SizeOf(job.result), KindOf(dtype) == Kind::COMPLEX ? 64 : 6,
                           std::string(kBinaryRows[op].name) + " " + NameOf(dtype) + " way " + std::to_string(way));
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("conversions between all dtypes") {
  for (int32_t from = 1; from < kDTypes; from++) {
    for (int32_t to = 1; to < kDTypes; to++) {
      const int64_t n = 777;
      Memory x(n * 16);
      Fill(x, from, n, true);
      ElementwiseJob job;
      job.function = "astype";
      job.family = from == to ? ElementwiseFamily::NONE : ElementwiseFamily::CAST;
      job.inputs = 1;
      job.in[0] = Whole(x, from, {n});
      job.in[0].shape[0] = 259;
      job.in[0].size = 259;
      job.in[0].strides[0] *= 3;
      job.compute[0] = from;
      job.result = to;
      job.out = ContiguousView(nullptr, to, 1, job.in[0].shape);
      Memory mine(n * 16), theirs(n * 16);
      View y = job.out;
      y.data = mine.data();
      if (!CanCastSameKind(from, to)) continue;
      REQUIRE(Convert(Cpu(), "astype", job.in[0], y) == NUMRS_OK);
      job.out.data = theirs.data();
      REQUIRE(Slots().elementwise(Stream(), job) == NUMRS_OK);
      INFO(NameOf(from) << " to " << NameOf(to));
      REQUIRE(Worst(mine.data(), theirs.data(), to, 259) == 0);
    }
  }
}

TEST_CASE("reductions have the bits of the CPU") {
  struct Case {
    std::vector<int64_t> shape;
    uint32_t axes;
  };
  const std::vector<Case> cases = {{{1}, 1},         {{1003}, 1},     {{13001}, 1},    {{70, 5}, 2},
                                   {{3, 40, 9}, 2},  {{4200, 8}, 1},  {{4300, 33}, 1}, {{2, 3, 50}, 5},
                                   {{600, 1000}, 3}, {{300, 130}, 2}, {{6, 0, 2}, 2},  {{3, 8200, 17}, 2},
                                   {{5, 6, 7}, 7}};
  for (int32_t op = 0; op < kReduceOps; op++) {
    for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
      if (!Cpu().kernels.reduce.rows[op][dtype]) continue;
      for (const Case& c : cases) {
        int64_t n = 1, outputs = 1;
        ReduceJob job;
        std::vector<int64_t> y_shape = c.shape;
        for (size_t d = 0; d < c.shape.size(); d++) {
          n *= c.shape[d];
          if (c.axes >> d & 1)
            y_shape[d] = 1;
          else
            outputs *= c.shape[d];
        }
        if (n == 0 &&
            (IsArgument(op) || op == kReduce_min || op == kReduce_max || op == kReduce_nanmin || op == kReduce_nanmax))
          continue;
        if (n > 100000 && dtype != kF32 && dtype != kI16) continue;
        Memory x(n * 16), mine(outputs * 16), theirs(outputs * 16);
        Fill(x, dtype, n, n < 2000);
        job.function = kReduceRows[op].name;
        job.op = op;
        job.axes = c.axes;
        job.compute = dtype;
        job.result = ReduceResultDType(kReduceRows[op].result, dtype);
        job.correction = 1;
        job.x = Whole(x, dtype, c.shape);
        job.y = Whole(mine, job.result, y_shape);
        REQUIRE(RunReduce(Cpu(), job) == NUMRS_OK);
        job.y.data = theirs.data();
        const Status status = Slots().reduce(Stream(), job);
        INFO(kReduceRows[op].name << " " << NameOf(dtype) << " of " << n << " to " << outputs << ": " << Message());
        REQUIRE(status == NUMRS_OK);
        const double worst = Worst(mine.data(), theirs.data(), job.result, outputs);
        INFO("apart " << worst);
        REQUIRE(worst <= (KindOf(dtype) == Kind::COMPLEX ? 4 : 0));
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("activation functions and their gradients") {
  for (int32_t op = 0; op < kActivations; op++) {
    for (int32_t dtype : {kF16, kBF16, kF32, kF64}) {
      for (const bool back : {false, true}) {
        const int64_t n = 1031;
        Memory x(n * 8), g(n * 8), mine(n * 8), theirs(n * 8);
        Fill(x, dtype, n, false);
        Fill(g, dtype, n, false);
        ActivationJob job;
        job.function = kActivationRows[op].name;
        job.op = op;
        job.g.ndim = -1;
        if (back) job.g = Whole(g, dtype, {n});
        job.x = Whole(x, dtype, {n});
        job.a = op == kActivation_hardtanh ? -1 : 0.75;
        job.b = 20;
        job.y = Whole(mine, dtype, {n});
        REQUIRE(RunActivation(Cpu(), job) == NUMRS_OK);
        job.y.data = theirs.data();
        REQUIRE(Slots().activation(Stream(), job) == NUMRS_OK);
        INFO(job.function << " " << NameOf(dtype) << (back ? " back" : ""));
        if (back && (dtype == kF32 || dtype == kF64))  // slopes have zeros, next to which the last place is small
          REQUIRE(Difference(mine, theirs, dtype, n) <= 4 * Close(dtype));
        else
          REQUIRE(Worst(mine.data(), theirs.data(), dtype, n) <= 8);
      }
    }
  }
}
