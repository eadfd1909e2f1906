// Instruction sets of backend "cpu", best first, and the macro that exports one table of a theme for each of them.
// Include it before any Highway header: it fixes the lowest target, so that nothing is compiled for less.
#pragma once

#if defined(__x86_64__) || defined(__i386__)
// Below SSE4 cpu-portable serves. The named targets are the ones that ship; newer Highways know more.
#define HWY_BASELINE_TARGETS HWY_SSE4
#define HWY_DISABLED_TARGETS ~(HWY_SSE4 | HWY_AVX2 | HWY_AVX3)
#endif

#include <cstdint>

#include "core/tables.h"

namespace numrs {
namespace cpu {

// Each theme defines its getters with NUMRS_EXPORT_TABLE; target is one HWY_<TARGET> bit that was compiled.
const UnaryTable* Unary(int64_t target);
const BinaryTable* Binary(int64_t target);
const TernaryTable* Ternary(int64_t target);
const CopyTable* Copy(int64_t target);
const ReduceTable* Reduce(int64_t target);
const ScanTable* Scan(int64_t target);
const LinalgTable* Linalg(int64_t target);
const RollingTable* Rolling(int64_t target);
const OrderTable* Order(int64_t target);
const StatsTable* Stats(int64_t target);
const RandomTable* Random(int64_t target);
const FftTable* Fft(int64_t target);
const LossTable* Loss(int64_t target);
const OptimTable* Optim(int64_t target);
const NnActivationTable* NnActivation(int64_t target);
const NnNormTable* NnNorm(int64_t target);
const NnConvTable* NnConv(int64_t target);
const NnAttentionTable* NnAttention(int64_t target);

}  // namespace cpu
}  // namespace numrs

// In the HWY_ONCE part of a theme: const Table* Getter(int64_t) from the per-target function Local.
#if defined(__x86_64__) || defined(__i386__)
#define NUMRS_EXPORT_TABLE(Table, Getter, Local)           \
  HWY_EXPORT(Local);                                       \
  const Table* Getter(int64_t target) {                    \
    hwy::ChosenTarget chosen;                              \
    chosen.Update(target);                                 \
    return HWY_DISPATCH_TABLE(Local)[chosen.GetIndex()](); \
  }
#else
#define NUMRS_EXPORT_TABLE(Table, Getter, Local) \
  const Table* Getter(int64_t) { return HWY_STATIC_DISPATCH(Local)(); }
#endif

// The same for a file that fills a part of a table: void Fill(int64_t target, Table*) from the per-target Fill(Table*).
#if defined(__x86_64__) || defined(__i386__)
#define NUMRS_EXPORT_PART(Table, Fill)                  \
  HWY_EXPORT(Fill);                                     \
  void Fill(int64_t target, Table* table) {             \
    hwy::ChosenTarget chosen;                           \
    chosen.Update(target);                              \
    HWY_DISPATCH_TABLE(Fill)[chosen.GetIndex()](table); \
  }
#else
#define NUMRS_EXPORT_PART(Table, Fill) \
  void Fill(int64_t, Table* table) { HWY_STATIC_DISPATCH(Fill)(table); }
#endif
