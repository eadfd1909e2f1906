// Subnormal numbers as zeros for a scope; the state that all other kernels run under is fp_environment.h's.
#ifndef NUMRS_CORE_FLUSH_SUBNORMALS_H_
#define NUMRS_CORE_FLUSH_SUBNORMALS_H_

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace numrs {

// With on, subnormal operands and results are zeros while it lives, where the processor can do that. For state that
// decays without end, such as the moments of optimizers: 0.9 m sticks at a few units of the smallest subnormal for
// ever, and each such product costs a hundred cycles and more.
class FlushSubnormals {
 public:
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

#if defined(__x86_64__) || defined(_M_X64)
  explicit FlushSubnormals(bool on) : saved_(_mm_getcsr()) {
    if (on) _mm_setcsr(saved_ | 0x8040);  // FTZ, DAZ
  }
  ~FlushSubnormals() { _mm_setcsr(saved_); }

 private:
  uint32_t saved_;
#elif defined(__aarch64__)
  explicit FlushSubnormals(bool on) {
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(saved_));
    if (on) __asm__ __volatile__("msr fpcr, %0" : : "r"(saved_ | (uint64_t{1} << 24)) : "memory");  // FZ
  }
  ~FlushSubnormals() { __asm__ __volatile__("msr fpcr, %0" : : "r"(saved_) : "memory"); }

 private:
  uint64_t saved_;
#else
  explicit FlushSubnormals(bool) {}
#endif
};

}  // namespace numrs

#endif  // NUMRS_CORE_FLUSH_SUBNORMALS_H_
