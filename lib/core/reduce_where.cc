// Reductions over the elements that a mask selects: neutral elements where the count does not matter, compositions
// where it does.
#include <cstring>
#include <limits>

#include "core/elementwise.h"
#include "core/device_state.h"
#include "core/memory.h"
#include "core/reduce.h"

namespace numrs {
namespace {

template <typename T>
ElementBits Bits(T value) {
  ElementBits bits{};
  std::memcpy(&bits, &value, sizeof(value));
  return bits;
}

Status NoMemory(const ReduceJob& job) {
  return Fail(NUMRS_NO_MEMORY, "%s: no memory for the buffers that where needs", job.function);
}

// z = op(a, b), computed in dtype.
Status BinaryIn(const Run& run, const char* function, int32_t dtype, int32_t op, const View& a, const View& b,
                const View& z) {
  ElementwiseJob job;
  job.function = function;
  job.inputs = 2;
  job.in[0] = a;
  job.in[1] = b;
  job.out = z;
  job.names[0] = job.names[1] = "x";
  job.compute[0] = job.compute[1] = dtype;
  job.result = dtype;
  job.cost_ns = kBinaryRows[op].cost_ns;
  job.family = ElementwiseFamily::BINARY;
  job.op = op;
  job.binary = run.kernels.binary.fn[op][dtype];
  return RunElementwise(run, job);
}
Status Binary64(const Run& run, const char* function, int32_t op, const View& a, const View& b, const View& z) {
  return BinaryIn(run, function, kF64, op, a, b, z);
}

Status Unary64(const Run& run, const char* function, int32_t op, const View& a, const View& z) {
  ElementwiseJob job;
  job.function = function;
  job.inputs = 1;
  job.in[0] = a;
  job.out = z;
  job.names[0] = "x";
  job.compute[0] = kF64;
  job.result = kF64;
  job.cost_ns = kUnaryRows[op].cost_ns;
  job.family = ElementwiseFamily::UNARY;
  job.op = op;
  job.unary = run.kernels.unary.fn[op][kF64];
  return RunElementwise(run, job);
}

// The squares of the elements of x, which is contiguous, in their place; of complex numbers |x|^2, in the place of
// their real parts.
Status SquareInPlace(const Run& run, const char* function, const View& x, View* squares) {
  *squares = x;
  if (KindOf(x.dtype) != Kind::COMPLEX) return Binary64(run, function, kBinary_multiply, x, x, x);
  const int64_t parts[] = {2 * x.size};
  const View flat = ContiguousView(x.data, kF64, 1, parts);
  NUMRS_TRY(Binary64(run, function, kBinary_multiply, flat, flat, flat));
  squares->dtype = kF64;  // every second number, as the strides say
  View imaginary = *squares;
  imaginary.data += 8;
  return Binary64(run, function, kBinary_add, *squares, imaginary, *squares);
}

// The same reduction of another operation into z.
ReduceJob Part(const ReduceJob& job, int32_t op, int32_t compute, const View& z) {
  ReduceJob part = job;
  part.op = op;
  part.compute = compute;
  part.result = ReduceResultDType(kReduceRows[op].result, compute);
  part.neutral = ReduceNeutral(op, compute);
  part.y = z;
  return part;
}

Status CountSelected(const Run& run, const ReduceJob& job, const View& counts) {
  ReduceJob part = Part(job, kReduce_count_nonzero, kBOOL, counts);
  part.x = job.second;
  part.role = ReduceSecond::NONE;
  return RunReduce(run, part);
}

// Mean, var, std: sums of what is selected, divided by how much it is.
Status Average(const Run& run, const ReduceJob& job, View counts) {
  const char* name = job.function;
  const int32_t wide = KindOf(job.compute) == Kind::COMPLEX ? kC128 : kF64;
  const size_t bytes = static_cast<size_t>(counts.size) * 8;
  RunMemory sum_memory(run, name, bytes * 2), divisor_memory(run, name, bytes);
  if (!sum_memory.ok() || !divisor_memory.ok()) return NoMemory(job);
  const View mean = ContiguousView(sum_memory.data(), wide, counts.ndim, counts.shape);
  const View divisor = ContiguousView(divisor_memory.data(), kF64, counts.ndim, counts.shape);
  NUMRS_TRY(Convert(run, name, counts, divisor));
  NUMRS_TRY(RunReduce(run, Part(job, kReduce_sum, wide, mean)));
  // The parts of a complex sum are divided as numbers of their own: 0 / 0 is NaN in both.
  View sums = mean, divisors = divisor;
  if (wide == kC128) {
    sums = ContiguousView(mean.data, kF64, 1, &counts.size);
    sums.strides[0] = 16;
    divisors = ContiguousView(divisor.data, kF64, 1, &counts.size);
  }
  NUMRS_TRY(Binary64(run, name, kBinary_divide, sums, divisors, sums));
  if (wide == kC128) {
    sums.data += 8;
    NUMRS_TRY(Binary64(run, name, kBinary_divide, sums, divisors, sums));
  }
  if (job.op == kReduce_mean) return Convert(run, name, mean, job.y);

  RunMemory memory(run, name, static_cast<size_t>(job.x.size) * (wide == kC128 ? 16 : 8));
  if (!memory.ok()) return NoMemory(job);
  const View deviations = ContiguousView(memory.data(), wide, job.x.ndim, job.x.shape);
  NUMRS_TRY(BinaryIn(run, name, wide, kBinary_subtract, job.x, mean, deviations));
  ReduceJob squares = Part(job, kReduce_sum, kF64, mean);
  NUMRS_TRY(SquareInPlace(run, name, deviations, &squares.x));
  const View sum = ContiguousView(sum_memory.data(), kF64, counts.ndim, counts.shape);
  squares.y = sum;
  NUMRS_TRY(RunReduce(run, squares));
  double correction = job.correction, zero = 0;
  const View c = HostScalar(&correction, kF64), z = HostScalar(&zero, kF64);
  NUMRS_TRY(Binary64(run, name, kBinary_subtract, divisor, c, divisor));
  NUMRS_TRY(Binary64(run, name, kBinary_maximum, divisor, z, divisor));
  if (job.op == kReduce_var) return Binary64(run, name, kBinary_divide, sum, divisor, job.y);
  NUMRS_TRY(Binary64(run, name, kBinary_divide, sum, divisor, sum));
  return Unary64(run, name, kUnary_sqrt, sum, job.y);
}

}  // namespace

// What leaves NaN out leaves out what is masked.
bool SkipsNaN(int32_t op) { return op >= kReduce_nansum && op <= kReduce_count; }

template <typename H>
ElementBits HalfNeutral(int32_t op) {
  const double inf = std::numeric_limits<double>::infinity();
  if (SkipsNaN(op)) return Bits(H(std::numeric_limits<double>::quiet_NaN()));
  switch (op) {
    case kReduce_sum:
    case kReduce_mean:
      return Bits(H(-0.0));
    case kReduce_prod:
    case kReduce_all:
      return Bits(H(1));
    case kReduce_min:
      return Bits(H(inf));
    case kReduce_max:
      return Bits(H(-inf));
    default:
      return ElementBits{};
  }
}

// Of a complex dtype: a neutral real part beside what is neutral in a sum.
ElementBits ComplexNeutral(int32_t op, int32_t compute) {
  const bool sums = op == kReduce_sum || op == kReduce_mean;
  const bool product = op == kReduce_prod || op == kReduce_all;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double re = SkipsNaN(op) ? nan : product ? 1 : sums ? -0.0 : 0, im = sums ? -0.0 : 0;
  if (compute == kC64) return Bits(std::complex<float>(static_cast<float>(re), static_cast<float>(im)));
  return Bits(std::complex<double>(re, im));
}

ElementBits ReduceNeutral(int32_t op, int32_t compute) {
  if (KindOf(compute) == Kind::COMPLEX) return ComplexNeutral(op, compute);
  const bool f32 = compute == kF32, f64 = compute == kF64;
  if (compute == kF16) return HalfNeutral<Half>(op);
  if (compute == kBF16) return HalfNeutral<BFloat16>(op);
  if (SkipsNaN(op) && (f32 || f64))
    return f32 ? Bits(std::numeric_limits<float>::quiet_NaN()) : Bits(std::numeric_limits<double>::quiet_NaN());
  switch (op) {
    case kReduce_sum:
    case kReduce_mean:
      return f32 ? Bits(-0.0f) : f64 ? Bits(-0.0) : ElementBits{};
    case kReduce_prod:
    case kReduce_nanprod:
    case kReduce_all:
      return f32 ? Bits(1.0f) : f64 ? Bits(1.0) : ElementBits{{1, 0}};
    case kReduce_min:
    case kReduce_max:
    case kReduce_nanmin:
    case kReduce_nanmax: {
      const bool least = op == kReduce_max || op == kReduce_nanmax;
      switch (compute) {
#define NUMRS_EXTREME(NAME, cxx) \
  case NAME:                     \
    return Bits(least ? std::numeric_limits<cxx>::lowest() : std::numeric_limits<cxx>::max());
        NUMRS_EXTREME(kI8, int8_t)
        NUMRS_EXTREME(kI16, int16_t)
        NUMRS_EXTREME(kI32, int32_t)
        NUMRS_EXTREME(kI64, int64_t)
        NUMRS_EXTREME(kU8, uint8_t)
        NUMRS_EXTREME(kU16, uint16_t)
        NUMRS_EXTREME(kU32, uint32_t)
        NUMRS_EXTREME(kU64, uint64_t)
#undef NUMRS_EXTREME
        case kF32:
          return Bits(least ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity());
        case kF64:
          return Bits(least ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity());
        default:
          return ElementBits{{least ? 0u : 1u, 0}};  // bool
      }
    }
    default:
      return {};
  }
}

Status RunReduceWhere(const Run& run, ReduceJob& job, const View& mask) {
  char got[160], wanted[160];
  if (IsArgument(job.op)) return Fail(NUMRS_BAD_ARGUMENT, "%s: where is not supported, expected NULL", job.function);
  if (mask.dtype != kBOOL)
    return Fail(NUMRS_BAD_DTYPE, "%s: where has dtype %s, expected bool", job.function, NameOf(mask.dtype));
  int32_t ndim = job.x.ndim;
  int64_t shape[kMaxNDim];
  std::memcpy(shape, job.x.shape, sizeof(int64_t) * static_cast<size_t>(ndim));
  if (mask.ndim > ndim || !BroadcastShape(mask, &ndim, shape) ||
      std::memcmp(shape, job.x.shape, sizeof(int64_t) * static_cast<size_t>(ndim)) != 0) {
    return Fail(NUMRS_BAD_SHAPE, "%s: where has shape %s, which does not broadcast to %s of x", job.function,
                ShapeText(mask, got, sizeof(got)), ShapeText(job.x, wanted, sizeof(wanted)));
  }
  job.second = job.x;
  job.second.data = mask.data;
  job.second.dtype = kBOOL;
  BroadcastStrides(mask, ndim, shape, job.second.strides);
  job.role = ReduceSecond::MASK;
  job.neutral = ReduceNeutral(job.op, job.compute);

  const bool whole = KindOf(job.compute) != Kind::FLOAT && KindOf(job.compute) != Kind::COMPLEX;  // holds no NaN
  const bool extreme = job.op == kReduce_min || job.op == kReduce_max ||
                       (whole && (job.op == kReduce_nanmin || job.op == kReduce_nanmax));
  if (whole && job.op == kReduce_count) return CountSelected(run, job, job.y);
  const bool average = job.op == kReduce_mean || job.op == kReduce_var || job.op == kReduce_std;
  if (!extreme && !average) return RunReduce(run, job);
  RunMemory memory(run, job.function, static_cast<size_t>(job.y.size) * 8);
  if (!memory.ok()) return NoMemory(job);
  const View counts = ContiguousView(memory.data(), kI64, job.y.ndim, job.y.shape);
  NUMRS_TRY(CountSelected(run, job, counts));
  if (average) return Average(run, job, counts);
  const Workspace told(run.device ? static_cast<size_t>(counts.size) * 8 : 0);
  if (!told.ok()) return NoMemory(job);
  const int64_t* numbers = run.device ? told.as<int64_t>() : memory.as<int64_t>();
  if (run.device && counts.size > 0) {
    DeviceState& state = *run.device->state;
    NUMRS_TRY(Answer(job.function, state,
                     state.api->copy(run.device->stream, told.data(), memory.data(),
                                     static_cast<size_t>(counts.size) * 8, CopyDirection::TO_HOST)));
  }
  for (int64_t i = 0; i < counts.size; i++) {
    if (numbers[i] == 0) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: where selects no element for result %lld, expected at least one",
                  job.function, (long long)i);
    }
  }
  return RunReduce(run, job);
}

}  // namespace numrs
