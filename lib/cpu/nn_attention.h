// The parts of backend "cpu"'s table of attention.
#pragma once

#include <cstdint>

#include "core/nn_attention_tables.h"

namespace numrs {
namespace cpu {

void FillNnAttentionF32(int64_t target, NnAttentionTable* table);
void FillNnAttentionF64(int64_t target, NnAttentionTable* table);

}  // namespace cpu
}  // namespace numrs
