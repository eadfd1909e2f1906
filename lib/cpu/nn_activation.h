// The parts of the table of activation functions of backend "cpu", one per source file.
#pragma once

#include "core/nn_activation_tables.h"
#include "cpu/targets.h"

namespace numrs {
namespace cpu {

void FillActivations(int64_t target, NnActivationTable* table);
void FillActivationsExp(int64_t target, NnActivationTable* table);
void FillGelu(int64_t target, NnActivationTable* table);
void FillSoftmax(int64_t target, NnActivationTable* table);

}  // namespace cpu
}  // namespace numrs
