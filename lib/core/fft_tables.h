// The kernel table of Fourier transforms and what a kernel is given; plans are in core/fft_plan.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace numrs {

struct FftPlan;

enum FftKind : int32_t {
  kFftComplex,   // n complex numbers to n
  kFftFromReal,  // n real numbers to the first n / 2 + 1 of the n complex ones
  kFftToReal,  // the first n / 2 + 1 complex numbers to n real ones; the imaginary parts of number 0 and, of an even n,
               // of the last one are not read
  kFftKinds
};

// Lines of one length, each transformed on its own: y = scale * transform(x). Element j of line l is at
// x + l * x_lane + j * x_step (bytes); everything is aligned to its real numbers. A kernel reads all of the lines that
// it works on before it writes them, so y may be x where steps are equal.
struct FftBlock {
  const char* x;
  int64_t x_step, x_lane;
  char* y;
  int64_t y_step, y_lane;
  int64_t lines;
  int64_t n;         // numbers of a line in the time domain (kFftComplex: of both)
  int64_t n_in;      // of x's line that are there; those behind them are zeros
  int32_t kind;      // FftKind
  int32_t backward;  // the sign of the exponent is +
  double scale;
  const FftPlan* plan;
  void* scratch;  // of what `scratch` says, aligned to 64
};

// One line of n = a * b complex numbers in two steps, so that threads share it: columns of the a x b matrix, then rows.
// Pieces [begin, end) of each step may run side by side; all of the first must be done before the second begins.
struct FftLong {
  const void* x;  // contiguous
  void* y;        // contiguous; may be x
  void* middle;   // of `middle` bytes
  int32_t backward;
  double scale;
  const FftPlan* plan;
};

// Slots by precision: 0 float32, 1 float64.
struct FftTable {
  int32_t (*uses_plans)();
  void (*lines[2])(const FftBlock& block);
  size_t (*scratch[2])(const FftBlock& block);
  // Null in backends without plans.
  size_t (*middle[2])(const FftPlan& plan);
  size_t (*piece_scratch[2])(const FftPlan& plan);
  int64_t (*pieces[2])(const FftPlan& plan, int32_t step);
  void (*piece[2][2])(const FftLong& line, int64_t begin, int64_t end, void* scratch);  // [precision][step]
  // A real line of even n around the transform of its n / 2 pairs as complex numbers: y (n / 2 + 1) = scale times the
  // line's transform, conjugate where backward, from the pairs' x; and the pairs' y from x, conjugate where not
  // backward. y is apart from x.
  void (*unpack[2])(const FftPlan& plan, const void* x, void* y, double scale, int32_t backward);
  void (*repack[2])(const FftPlan& plan, const void* x, void* y, int32_t backward);
  // y = x times a table of n complex numbers, times scale, with real and imaginary parts of x or of y exchanged.
  void (*multiply[2])(const void* x, const void* table, void* y, int64_t n, int32_t swap_x, int32_t swap_y,
                      double scale);
};

}  // namespace numrs
