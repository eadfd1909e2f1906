// The kernels of HostApi: jobs on memory of the host, by the engines of the backend in use.
#include "core/device_state.h"
#include "core/scan_values.h"

namespace numrs {
namespace {

Run HostRun() { return MakeRun(nullptr); }

Status Elementwise(DeviceStream*, const ElementwiseJob& given) {
  ElementwiseJob job = given;
  return RunElementwise(HostRun(), job);
}
Status Product(DeviceStream*, const MatmulJob& job) {
  if (job.alpha != 1 || job.beta != 0)
    return GeneralMatmul(HostRun(), job.function, job.a, job.b, job.y, job.alpha, job.beta);
  return Matmul(HostRun(), job.function, job.a, job.b, job.y);
}
const View* IfThere(const View& v) { return v.ndim >= 0 ? &v : nullptr; }
LossJob PairsOf(const LossCall& c) {
  LossJob job;
  job.function = c.function;
  job.op = c.op;
  job.x = &c.x;
  job.t = &c.t;
  job.v = IfThere(c.v);
  job.w = IfThere(c.w);
  job.compute = c.compute;
  job.ndim = c.ndim;
  for (int d = 0; d < c.ndim; d++) job.shape[d] = c.shape[d];
  job.size = c.size;
  job.reduction = c.reduction;
  job.p[0] = c.p[0];
  job.p[1] = c.p[1];
  return job;
}
Status Classes(DeviceStream*, const ClassLossCall& c) {
  return RunClassLoss(HostRun(), ClassLossJob{c.function, &c.logits, &c.target, IfThere(c.weight), IfThere(c.grad),
                                              IfThere(c.loss), IfThere(c.gx), c.labels, c.from_log, c.compute,
                                              c.ignore_index, c.smoothing, c.reduction});
}
Status Gradients(DeviceStream*, const GradientCall& c) {
  switch (c.way) {
    case GradientWay::NORM:
    case GradientWay::LARGEST:
      return GradientNorm(HostRun(), c.arrays, c.grads, c.way == GradientWay::LARGEST, c.norm);
    case GradientWay::SCALE:
      return ScaleGradients(HostRun(), c.arrays, c.grads, c.low);
    case GradientWay::CLAMP:
      return ClampGradients(HostRun(), c.arrays, c.grads, c.low, c.high);
    case GradientWay::ZERO:
      return ZeroGradients(HostRun(), c.arrays, c.grads);
  }
  return NUMRS_INTERNAL;
}
Status Pool(DeviceStream*, const PoolCall& c) {
  const Run run = HostRun();
  switch (c.way) {
    case PoolWay::MAX:
      return MaxPool(run, c.job, c.x, c.y, c.indices);
    case PoolWay::AVG:
      return AvgPool(run, c.job, c.x, c.y);
    case PoolWay::MAX_BACKWARD:
      return PlanePool(run, c.job, PlaneOp::MAX_BACKWARD, c.x, c.y, c.indices);
    case PoolWay::AVG_BACKWARD:
      return PlanePool(run, c.job, PlaneOp::AVG_BACKWARD, c.x, c.y, c.indices);
    case PoolWay::ADAPTIVE_AVG:
      return PlanePool(run, c.job, PlaneOp::ADAPTIVE_AVG, c.x, c.y, c.indices);
    case PoolWay::ADAPTIVE_AVG_BACKWARD:
      return PlanePool(run, c.job, PlaneOp::ADAPTIVE_AVG_BACKWARD, c.x, c.y, c.indices);
    case PoolWay::ADAPTIVE_MAX:
      return PlanePool(run, c.job, PlaneOp::ADAPTIVE_MAX, c.x, c.y, c.indices);
  }
  return NUMRS_INTERNAL;
}
Status Conv(DeviceStream*, const ConvCall& c) {
  if (c.way == ConvWay::FORWARD) return ConvForward(HostRun(), c.job, c.x, c.weight, c.bias, c.y);
  if (c.way == ConvWay::INPUT) return ConvInput(HostRun(), c.job, c.y, c.weight, c.bias, c.x);
  return ConvWeights(HostRun(), c.job, c.x, c.y, c.weight);
}

#define NUMRS_PLAIN(Engine, Job) [](DeviceStream*, const Job& job) -> Status { return Engine(HostRun(), job); }

}  // namespace

const DeviceKernels kHostKernels = {
    sizeof(DeviceKernels),
    0,
    Elementwise,
    NUMRS_PLAIN(RunReduce, ReduceJob),
    NUMRS_PLAIN(RunScan, ScanJob),
    Product,
    NUMRS_PLAIN(RunActivation, ActivationJob),
    NUMRS_PLAIN(RunSoftmax, SoftmaxJob),
    NUMRS_PLAIN(RunLayerNorm, LayerNormJob),
    NUMRS_PLAIN(RunLayerNormBack, LayerNormBackJob),
    NUMRS_PLAIN(RunChannelNorm, ChannelNormJob),
    NUMRS_PLAIN(RunChannelNormBack, ChannelNormBackJob),
    [](DeviceStream*, const LossCall& c) -> Status { return RunLoss(HostRun(), PairsOf(c), c.y); },
    [](DeviceStream*, const LossCall& c) -> Status {
      return RunLossBackward(HostRun(), PairsOf(c), c.grad, IfThere(c.gx), IfThere(c.gt), IfThere(c.gv));
    },
    Classes,
    [](DeviceStream*, const OptimStepCall& c) -> Status {
      return RunOptimStep(HostRun(), c.op, c.arrays, c.params, c.grads, c.state, c.numbers, c.flush);
    },
    Gradients,
    NUMRS_PLAIN(RunRandom, RandomJob),
    [](DeviceStream*, const PermutationCall& c) -> Status {
      return RunPermutation(HostRun(), c.draw, c.lines, c.n, c.y);
    },
    NUMRS_PLAIN(RunMultinomial, MultinomialJob),
    [](DeviceStream*, const LinearForwardCall& c) -> Status {
      return LinearForward(HostRun(), c.job, c.x, c.bias, c.y, c.pre);
    },
    [](DeviceStream*, const LinearBackwardCall& c) -> Status {
      return LinearBackward(HostRun(), c.job, c.grad, c.x, c.saved, c.gx, c.gw, c.gb);
    },
    [](DeviceStream*, const IndexCheckJob& c) -> Status {
      return CheckIndices(HostRun(), c.function, c.indices, c.extent, c.kind, c.ignore);
    },
    [](DeviceStream*, const AnyNegativeJob& c) -> Status { return AnyNegative(HostRun(), c.x, c.found); },
    NUMRS_PLAIN(RunGather, GatherJob),
    [](DeviceStream*, const NonzeroJob& c) -> Status { return RunNonzero(HostRun(), c.x, IfThere(c.y), c.count); },
    NUMRS_PLAIN(RunOrder, OrderJob),
    Pool,
    [](DeviceStream*, const EmbeddingBackwardCall& c) -> Status {
      return RunEmbeddingBackward(HostRun(), c.dtype, c.grad, c.indices, c.n, c.width, c.rows, c.padding, c.gradient);
    },
    [](DeviceStream*, const OneHotCall& c) -> Status {
      return RunOneHot(HostRun(), c.indices, c.n, c.width, c.itemsize, c.one, c.y);
    },
    [](DeviceStream*, const DropoutCall& c) -> Status {
      return RunDropout(HostRun(), c.ahead ? Advanced(c.draw, *c.ahead) : c.draw, c.dtype, c.x, c.y, c.n, c.threshold,
                        c.scale);
    },
    Conv,
    NUMRS_PLAIN(RunAttention, AttentionJob),
    NUMRS_PLAIN(RunAttentionGrad, AttentionGradJob),
    NUMRS_PLAIN(RunRope, RopeJob),
    NUMRS_PLAIN(RunSearch, SearchJob),
    NUMRS_PLAIN(RunUnique, UniqueJob),
    NUMRS_PLAIN(RunInterp, InterpJob),
    [](DeviceStream*, const RollingJob& given) -> Status {
      RollingJob job = given;
      return RunRolling(HostRun(), job);
    },
    [](DeviceStream*, const EwmJob& given) -> Status {
      EwmJob job = given;
      return RunEwm(HostRun(), job);
    },
    NUMRS_PLAIN(RunStat, StatJob),
    NUMRS_PLAIN(RunGroup, GroupJob),
    NUMRS_PLAIN(RunHistogram, HistogramJob),
    [](DeviceStream*, const VecdotComplexJob& c) -> Status {
      return VecdotComplex(HostRun(), c.function, c.a, c.b, c.ndim, c.shape, c.axis, c.dtype, c.y);
    },
    NUMRS_PLAIN(RunFft, FftJob),
    [](DeviceStream*, const LapackJob& given) -> Status {
      LapackJob job = given;
      return RunLapack(HostRun(), job);
    },
};

}  // namespace numrs
