// The order of the sums of products of complex numbers (core/linalg_tables.h, dot_complex), without the arithmetic of a
// block: pairwise merging.
#pragma once

#include <cstdint>

namespace numrs {

constexpr int64_t kDotBlock = 2048;  // complex numbers of one block
constexpr int kDotLanes = 32;        // doubles: 16 complex numbers side by side

// The lanes of one block merged pairwise down to two, as block() below does it: lanes of x[l] y[l], then of x[l] y[l ^
// 1].
inline void FoldDotLanes(double (*lanes)[kDotLanes], double* now) {
  for (int s = 0; s < 2; s++) {
    for (int half = kDotLanes / 2; half > 1; half /= 2) {
      for (int l = 0; l < half; l++) lanes[s][l] += lanes[s][l + half];
    }
    now[2 * s] = lanes[s][0];
    now[2 * s + 1] = lanes[s][1];
  }
}

// block(begin, end, now) forms the four sums of one block in kDotLanes lanes each, merged by FoldDotLanes or as it
// does. sums: real a real b, imaginary a imaginary b, real a imaginary b, imaginary a real b.
template <class Block>
void DotTree(int64_t n, const Block& block, double* sums) {
  double stack[56][4];
  int top = 0;
  for (int64_t index = 0, begin = 0; begin < n || index == 0; index++, begin += kDotBlock) {
    double now[4];
    block(begin, n - begin < kDotBlock ? n : begin + kDotBlock, now);
    for (int64_t carry = index; carry & 1; carry >>= 1) {
      top--;
      for (int s = 0; s < 4; s++) now[s] = stack[top][s] + now[s];
    }
    for (int s = 0; s < 4; s++) stack[top][s] = now[s];
    top++;
  }
  while (top > 1) {
    top--;
    for (int s = 0; s < 4; s++) stack[top - 1][s] += stack[top][s];
  }
  for (int s = 0; s < 4; s++) sums[s] = stack[0][s];
}

}  // namespace numrs
