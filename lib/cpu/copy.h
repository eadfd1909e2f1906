// The parts of the copy table of backend "cpu" and what each source file exports.
#pragma once

#include "cpu/targets.h"

namespace numrs {
namespace cpu {

// Each fills its slots for one HWY_<TARGET> bit that was compiled.
void FillCasts(int64_t target, CopyTable* table);
void FillMoves(int64_t target, CopyTable* table);  // packing, transposing, streaming

}  // namespace cpu
}  // namespace numrs
