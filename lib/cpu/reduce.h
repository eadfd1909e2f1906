// The parts of the reduction table of backend "cpu"; each fills the slots it has for one compiled instruction set.
#pragma once

#include "cpu/targets.h"

namespace numrs {
namespace cpu {

void FillReduceSums(int64_t target, ReduceTable* table);
void FillReduceExtremes(int64_t target, ReduceTable* table);
void FillReduceMoments(int64_t target, ReduceTable* table);
void FillReduceIntegers(int64_t target, ReduceTable* table);
void FillReduceHalf(int64_t target, ReduceTable* table);
void FillReduceNan(int64_t target, ReduceTable* table);
void FillReduceComplex(int64_t target, ReduceTable* table);

}  // namespace cpu
}  // namespace numrs
