/* The smallest C program on numrs: adds two arrays, sums the result and prints both. C99, no warnings. */
#include <numrs/numrs.h>
#include <stdio.h>

int main(void) {
  const double a[] = {1, 2, 3, 4}, b[] = {10, 20, 30, 40};
  double y[4], sum;
  if (numrs_add_f64(NULL, a, b, y, 4) != NUMRS_OK) return fprintf(stderr, "%s\n", numrs_message()), 1;
  if (numrs_sum_f64(NULL, y, &sum, 1, 4, 1) != NUMRS_OK) return fprintf(stderr, "%s\n", numrs_message()), 1;
  printf("%g %g %g %g sum %g\n", y[0], y[1], y[2], y[3], sum);
  return numrs_abi() / 1000 != NUMRS_ABI_MAJOR;
}
