// What the plug-in's kernels compute, on the host: cumulative operations, losses of pairs, gradients of embeddings.
#include "core/device_jobs.h"
#include "support.h"

namespace {

void CompareScan(ScanJob job, const std::string& what) {
  const int64_t bytes = job.y.size * job.y.itemsize();
  Memory mine(bytes), theirs(bytes);
  std::memset(mine.data(), 0x11, static_cast<size_t>(bytes));
  std::memset(theirs.data(), 0x11, static_cast<size_t>(bytes));
  ScanJob other = job;
  job.y.data = mine.data();
  other.y.data = theirs.data();
  REQUIRE(RunScan(Cpu(), job) == NUMRS_OK);
  REQUIRE(Slots().scan(Stream(), other) == NUMRS_OK);
  INFO(what << " op " << job.op << " " << NameOf(job.compute) << " to " << NameOf(job.y.dtype));
  REQUIRE(Worst(mine.data(), theirs.data(), job.y.dtype, job.y.size) == 0);
  REQUIRE(scratch_blocks == 0);
}
ScanJob ScanOf(int32_t op, const View& x, int32_t axis, int32_t y_dtype, bool initial) {
  ScanJob job;
  job.function = "cumulative";
  job.op = op;
  job.axis = axis;
  job.compute = x.dtype;
  job.result = ReduceResultDType(kScanRows[op].result, x.dtype);
  job.include_initial = initial;
  job.x = x;
  int64_t shape[kMaxNDim];
  for (int d = 0; d < x.ndim; d++) shape[d] = x.shape[d] + (d == axis && initial);
  job.y = ContiguousView(nullptr, y_dtype == kInvalid ? job.result : y_dtype, x.ndim, shape);
  return job;
}

}  // namespace

TEST_CASE("scans: the bits of the CPU, along every axis, with and without what stands before") {
  for (int32_t op = 0; op < kScanOps; op++) {
    for (int32_t dtype : {kBOOL, kI8, kI32, kI64, kU16, kU64, kF16, kBF16, kF32, kF64, kC64, kC128}) {
      if (KindOf(dtype) == Kind::COMPLEX && op >= kScan_cumulative_max) continue;
      for (const auto& shape : std::vector<std::vector<int64_t>>{{1},
                                                                 {7},
                                                                 {8},
                                                                 {9},
                                                                 {65},
                                                                 {1000},
                                                                 {4097},
                                                                 {9000},
                                                                 {3, 5},
                                                                 {5, 70},
                                                                 {2, 3, 41},
                                                                 {40, 3},
                                                                 {100, 40},
                                                                 {0, 3},
                                                                 {3, 0}}) {
        int64_t size = 1;
        for (const int64_t extent : shape) size *= extent;
        Memory x(size * 16 + 64);
        Fill(x, dtype, size, op >= kScan_cumulative_max || size < 100);
        const View given = Whole(x, dtype, shape);
        for (int axis = 0; axis < given.ndim; axis++) {
          for (const bool initial : {false, true}) CompareScan(ScanOf(op, given, axis, kInvalid, initial), "plain");
        }
      }
    }
  }
}

TEST_CASE("scans: strides, other dtypes of the result, many dimensions") {
  Memory x(8 * 3 * 2 * 2 * 2 * 2 * 2 * 40 * 8);
  for (int32_t op : {kScan_cumulative_sum, kScan_cumulative_max}) {
    Fill(x, kF32, 3 * 2 * 2 * 2 * 2 * 2 * 40, false);
    View turned = Turned(Whole(x, kF32, {40, 90}));
    CompareScan(ScanOf(op, turned, 0, kInvalid, false), "turned");
    CompareScan(ScanOf(op, turned, 1, kF64, true), "turned, widened");
    View backwards = Whole(x, kF32, {900});
    backwards.data += 899 * 4;
    backwards.strides[0] = -4;
    CompareScan(ScanOf(op, backwards, 0, kInvalid, true), "backwards");
    View one = Whole(x, kF32, {5000});
    one.strides[0] = 0;
    CompareScan(ScanOf(op, one, 0, kInvalid, false), "repeated");
    View many = Whole(x, kF32, {3, 2, 2, 2, 2, 2, 2, 10});
    for (int d = 0; d < 8; d++) many.shape[d] = d == 0 ? 2 : many.shape[d] - (d == 7);
    many.size = 2 * 64 * 9;
    CompareScan(ScanOf(op, many, 7, kInvalid, false), "eight dimensions");
    CompareScan(ScanOf(op, many, 3, kInvalid, true), "eight dimensions, inside");
  }
}

namespace {

// Every operand of a loss of this op, from the ranges in which it is defined.
double Operand(int32_t op, int which) {
  const double u = std::fabs(RandomValue(false)) / 4 + 0.01;
  const bool signs = op == kLoss_hinge_loss || op == kLoss_squared_hinge_loss || op == kLoss_hinge_embedding_loss ||
                     op == kLoss_soft_margin_loss;
  if (which == 1 && signs) return Random()() % 2 ? 1 : -1;
  if (op == kLoss_binary_cross_entropy) return std::min(u, 0.98);
  if (op == kLoss_binary_cross_entropy_with_logits && which == 1) return std::min(u, 1.0);
  if (which >= 2) return u + 0.1;
  if (which == 1 || op == kLoss_poisson_nll_loss_rate) return u * 3;
  return RandomValue(false);
}

}  // namespace

TEST_CASE("losses of pairs, and their gradients") {
  const std::vector<int64_t> shape = {7, 61};
  const int64_t size = 7 * 61;
  for (int32_t dtype : {kF32, kF64}) {
    for (int32_t op = 0; op < kLossOps; op++) {
      for (const Reduction reduction : {Reduction::NONE, Reduction::MEAN, Reduction::SUM}) {
        for (const bool full : {false, true}) {
          Memory operands[4] = {Memory(size * 8), Memory(size * 8), Memory(size * 8), Memory(size * 8)};
          for (int k = 0; k < 4; k++) {
            for (int64_t i = 0; i < size; i++) PutValue(operands[k].data() + i * SizeOf(dtype), dtype, Operand(op, k));
          }
          Memory g(size * 8), y[2] = {Memory(size * 8), Memory(size * 8)};
          Fill(g, dtype, size, false);
          Memory grads[2][3] = {{Memory(size * 8), Memory(size * 8), Memory(size * 8)},
                                {Memory(size * 8), Memory(size * 8), Memory(size * 8)}};
          LossCall call{};
          call.function = kLossRows[op].name;
          call.op = op;
          call.compute = dtype;
          call.ndim = 2;
          call.shape[0] = 7;
          call.shape[1] = 61;
          call.size = size;
          call.reduction = reduction;
          call.p[0] = op == kLoss_poisson_nll_loss || op == kLoss_poisson_nll_loss_rate ? 1 : 0.75;
          call.p[1] = op == kLoss_smooth_l1_loss ? 1 / 0.75 : op == kLoss_gaussian_nll_loss ? 1e-3 : 1e-8;
          call.x = Whole(operands[0], dtype, shape);
          call.t = Whole(operands[1], dtype, full ? std::vector<int64_t>{61} : shape);  // stretched
          call.v.ndim = call.w.ndim = -1;
          const LossThird third = kLossRows[op].third;
          if (third == LossThird::NEEDED || (full && third == LossThird::OPTIONAL))
            call.v = Whole(operands[2], dtype, shape);
          if (full) call.w = Whole(operands[3], dtype, {7, 1});
          call.gx = call.gt = call.gv = View();
          LossJob job;
          job.function = call.function;
          job.op = op;
          job.x = &call.x;
          job.t = &call.t;
          job.v = call.v.ndim >= 0 ? &call.v : nullptr;
          job.w = call.w.ndim >= 0 ? &call.w : nullptr;
          job.compute = dtype;
          job.ndim = 2;
          job.shape[0] = 7;
          job.shape[1] = 61;
          job.size = size;
          job.reduction = reduction;
          job.p[0] = call.p[0];
          job.p[1] = call.p[1];
          const std::vector<int64_t> out = reduction == Reduction::NONE ? shape : std::vector<int64_t>{};
          const View mine = Whole(y[0], dtype, out);
          REQUIRE(RunLoss(Cpu(), job, mine) == NUMRS_OK);
          call.y = Whole(y[1], dtype, out);
          REQUIRE(Slots().loss(Stream(), call) == NUMRS_OK);
          INFO(call.function << " " << NameOf(dtype) << " reduction " << static_cast<int>(reduction) << " full "
                             << full);
          REQUIRE(Difference(y[0], y[1], dtype, call.y.size) <= 10 * Close(dtype));
          call.grad = Whole(g, dtype, out);
          const bool variance = op == kLoss_gaussian_nll_loss;
          View cpu_views[3];
          for (int k = 0; k < 3; k++) cpu_views[k] = Whole(grads[0][k], dtype, shape);
          REQUIRE(RunLossBackward(Cpu(), job, call.grad, &cpu_views[0], &cpu_views[1],
                                  variance ? &cpu_views[2] : nullptr) == NUMRS_OK);
          call.gx = Whole(grads[1][0], dtype, shape);
          call.gt = Whole(grads[1][1], dtype, shape);
          call.gv.ndim = -1;
          if (variance) call.gv = Whole(grads[1][2], dtype, shape);
          REQUIRE(Slots().loss_backward(Stream(), call) == NUMRS_OK);
          for (int k = 0; k < (variance ? 3 : 2); k++)
            REQUIRE(Difference(grads[0][k], grads[1][k], dtype, size) <= 20 * Close(dtype));
        }
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("gradients of embeddings have the bits of the CPU") {
  for (int32_t dtype : {kF32, kF64}) {
    for (const int64_t n : {0, 1, 5, 700, 5000}) {
      for (const int64_t rows : {1, 3, 300, 70000}) {
        if (n == 5000 && rows == 70000) continue;  // long on a host
        const int64_t width = rows == 70000 ? 1 : 5;
        Memory g(n * width * 8 + 8), indices(n * 8 + 8), y[2] = {Memory(rows * width * 8), Memory(rows * width * 8)};
        Fill(g, dtype, n * width, true);
        for (int64_t i = 0; i < n; i++) {
          const int64_t any = static_cast<int64_t>(Random()() % static_cast<uint64_t>(rows));
          reinterpret_cast<int64_t*>(indices.data())[i] = i % 5 == 0 ? rows / 2 : i % 97 == 1 ? rows + i : any;
        }
        const auto* at = reinterpret_cast<const int64_t*>(indices.data());
        for (const int64_t padding : {int64_t{-1}, rows / 2}) {
          REQUIRE(RunEmbeddingBackward(Cpu(), dtype, g.data(), at, n, width, rows, padding, y[0].data()) == NUMRS_OK);
          REQUIRE(Slots().embedding_backward(Stream(), EmbeddingBackwardCall{dtype, g.data(), at, n, width, rows,
                                                                             padding, y[1].data()}) == NUMRS_OK);
          INFO(NameOf(dtype) << " n " << n << " rows " << rows << " padding " << padding);
          REQUIRE(Worst(y[0].data(), y[1].data(), dtype, rows * width) == 0);
        }
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("places that are not zero") {
  for (int32_t dtype : {kBOOL, kI8, kU16, kF16, kF64, kC64}) {
    for (const auto& shape : std::vector<std::vector<int64_t>>{{1}, {9000}, {3, 5}, {4, 3, 2, 7}, {0, 3}, {}}) {
      for (const bool turned : {false, true}) {
        if (turned && shape.size() < 2) continue;
        int64_t size = 1;
        for (const int64_t extent : shape) size *= extent;
        Memory x(size * 16 + 16);
        Fill(x, dtype, size, true);
        View given = Whole(x, dtype, shape);
        if (turned) given = Turned(given);
        int64_t count[2] = {-1, -1};
        REQUIRE(RunNonzero(Cpu(), given, nullptr, &count[0]) == NUMRS_OK);
        View none;
        none.ndim = -1;
        REQUIRE(Slots().nonzero(Stream(), NonzeroJob{"nonzero", given, none, &count[1]}) == NUMRS_OK);
        INFO(NameOf(dtype) << " size " << size);
        REQUIRE(count[0] == count[1]);
        Memory y[2] = {Memory(count[0] * given.ndim * 8), Memory(count[0] * given.ndim * 8)};
        if (given.ndim == 0) continue;
        const View mine = Whole(y[0], kI64, {given.ndim, count[0]});
        REQUIRE(RunNonzero(Cpu(), given, &mine, &count[0]) == NUMRS_OK);
        NonzeroJob job{"nonzero", given, Whole(y[1], kI64, {given.ndim, count[0]}), &count[1]};
        REQUIRE(Slots().nonzero(Stream(), job) == NUMRS_OK);
        REQUIRE(count[0] == count[1]);
        REQUIRE(Worst(y[0].data(), y[1].data(), kI64, count[0] * given.ndim) == 0);
        Memory more((count[0] + 1) * given.ndim * 8);
        const View wrong = Whole(more, kI64, {given.ndim, count[0] + 1});
        REQUIRE(RunNonzero(Cpu(), given, &wrong, &count[0]) == NUMRS_BAD_SHAPE);
        const std::string said = Message();
        job.y = wrong;
        REQUIRE(Slots().nonzero(Stream(), job) == NUMRS_BAD_SHAPE);
        REQUIRE(said == Message());
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}
