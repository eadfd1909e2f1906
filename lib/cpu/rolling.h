// The parts of the table of rolling statistics of backend "cpu"; each fills the slots it has for one instruction set.
#pragma once

#include "core/rolling_tables.h"
#include "cpu/targets.h"

namespace numrs {
namespace cpu {

void FillRollingBlocks(int64_t target, RollingTable* table);
void FillRollingLine(int64_t target, RollingTable* table);
void FillRollingOrder(int64_t target, RollingTable* table);

}  // namespace cpu
}  // namespace numrs
