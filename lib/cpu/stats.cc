// Statistics of lines of backend "cpu": the loops of ops/stats-inl.h, compiled for each instruction set.
#include "core/stats_tables.h"

#include <cmath>

#include "cpu/targets.h"
#include "ops/between.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/stats.cc"
#include "hwy/foreach_target.h"

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

#include "ops/stats-inl.h"

}  // namespace

void FillStats(StatsTable* t) {
#define NUMRS_STAT(id, name, Kernel, inputs, outputs, parameters, scratch, cost) t->line[id] = Kernel::Line;
#include "table/stats.def"
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
namespace {
NUMRS_EXPORT_PART(StatsTable, FillStats)

template <int64_t kTarget>
const StatsTable* Table() {
  static const StatsTable table = [] {
    StatsTable t{};
    FillStats(kTarget, &t);
    t.log = Unary(kTarget)->fn[kUnary_log][kF64];
    t.exp = Unary(kTarget)->fn[kUnary_exp][kF64];
    return t;
  }();
  return &table;
}
}  // namespace

const StatsTable* Stats(int64_t target) {
#if HWY_ARCH_X86
  return target == HWY_AVX3 ? Table<HWY_AVX3>() : target == HWY_AVX2 ? Table<HWY_AVX2>() : Table<HWY_SSE4>();
#else
  (void)target;
  return Table<HWY_STATIC_TARGET>();
#endif
}

}  // namespace cpu
}  // namespace numrs
#endif
