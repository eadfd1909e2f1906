// Sorting one long line with several threads, open to cancelling.
#pragma once

#include "core/context.h"
#include "core/order_tables.h"

namespace numrs {

// Is there a way to sort a line of that length in steps?
bool SortsInSteps(const Run& run, int32_t op, int32_t dtype, int64_t n);
// Bytes of memory that it takes, aligned to 8, beside the line's scratch.
size_t StepsBytes(int64_t n);
// The result is that of the line's kernel.
Status SortInSteps(const Run& run, int32_t op, int32_t dtype, int threads, const OrderLine& line, void* memory);

}  // namespace numrs
