// The engine of embeddings, one-hot rows and dropout. Shapes and indices are checked above.
#pragma once

#include "core/context.h"
#include "core/random_tables.h"
#include "core/view.h"

namespace numrs {

// gradient (rows, width), contiguous, of float or double; grad (n, width) contiguous, of the same dtype; indices in
// [0, rows). Row `padding` stays 0.
Status RunEmbeddingBackward(const Run& run, int32_t dtype, const char* grad, const int64_t* indices, int64_t n,
                            int64_t width, int64_t rows, int64_t padding, char* gradient);

// y (n, width) contiguous, of elements of itemsize bytes; one: what is written at each index.
Status RunOneHot(const Run& run, const int64_t* indices, int64_t n, int64_t width, int64_t itemsize, const char* one,
                 char* y);

// x and y contiguous, of float or double; words below the threshold are dropped.
Status RunDropout(const Run& run, const RandomDraw& draw, int32_t dtype, const char* x, char* y, int64_t n,
                  uint64_t threshold, double scale);

}  // namespace numrs
