// The parts of backend "cpu"'s table of Fourier transforms.
#pragma once

#include <cstdint>

#include "core/fft_tables.h"

namespace numrs {
namespace cpu {

void FillFftF32(int64_t target, FftTable* table);
void FillFftF64(int64_t target, FftTable* table);

}  // namespace cpu
}  // namespace numrs
