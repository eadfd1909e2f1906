// The floating-point control state that numrs' kernels run under, set for a scope; nothing about exceptions' meaning.
#ifndef NUMRS_CORE_FP_ENVIRONMENT_H_
#define NUMRS_CORE_FP_ENVIRONMENT_H_

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#elif !defined(__aarch64__)
#include <cfenv>
#endif

namespace numrs {

// Round to nearest, subnormals exact (no FTZ, no DAZ), every trap masked, while it lives; then everything is as before,
// the sticky flags too. So a call gives the same bits whatever its caller has set, a masked-off lane cannot raise
// SIGFPE, and flags that only vectorisation raises do not leak. Two register reads when nothing differs.
// x87 state is left alone: kernels do not use it.
class FpEnvironment {
 public:
  FpEnvironment(const FpEnvironment&) = delete;
  FpEnvironment& operator=(const FpEnvironment&) = delete;

#if defined(__x86_64__) || defined(_M_X64)
  FpEnvironment() : saved_(_mm_getcsr()) {
    if ((saved_ & ~kFlags) != kDefault) _mm_setcsr(kDefault | (saved_ & kFlags));
  }
  ~FpEnvironment() {
    if (_mm_getcsr() != saved_) _mm_setcsr(saved_);
  }
  // For threads of our own: a new thread inherits its creator's state, that of x87 too.
  static void SetDefault() {
    _mm_setcsr(kDefault);
    const uint16_t x87 = 0x037F;
    __asm__ __volatile__("fldcw %0" : : "m"(x87));
  }

 private:
  static constexpr uint32_t kFlags = 0x3F;      // IE DE ZE OE UE PE
  static constexpr uint32_t kDefault = 0x1F80;  // six masks on, RC = nearest, FTZ and DAZ off
  uint32_t saved_;
#elif defined(__aarch64__)
  FpEnvironment() : control_(Control()), flags_(Flags()) {
    if (control_ != 0) SetControl(0);
  }
  ~FpEnvironment() {
    if (control_ != 0) SetControl(control_);
    if (Flags() != flags_) SetFlags(flags_);
  }
  static void SetDefault() { SetControl(0); }

 private:
  // FPCR 0: nearest, no flush to zero, no default NaN, no traps.
  static uint64_t Control() {
    uint64_t value;
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(value));
    return value;
  }
  static void SetControl(uint64_t value) { __asm__ __volatile__("msr fpcr, %0" : : "r"(value) : "memory"); }
  static uint64_t Flags() {
    uint64_t value;
    __asm__ __volatile__("mrs %0, fpsr" : "=r"(value));
    return value;
  }
  static void SetFlags(uint64_t value) { __asm__ __volatile__("msr fpsr, %0" : : "r"(value) : "memory"); }
  uint64_t control_, flags_;
#else
  FpEnvironment() {
    std::feholdexcept(&saved_);
    std::fesetround(FE_TONEAREST);
  }
  ~FpEnvironment() { std::fesetenv(&saved_); }
  static void SetDefault() { std::fesetenv(FE_DFL_ENV); }

 private:
  std::fenv_t saved_;
#endif
};

}  // namespace numrs

#endif  // NUMRS_CORE_FP_ENVIRONMENT_H_
