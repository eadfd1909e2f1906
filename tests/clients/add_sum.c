/* The smallest C program on numrs: adds two arrays and prints the result. C99, no warnings. */
#include <numrs/numrs.h>
#include <stdio.h>

int main(void) {
  const double a[] = {1, 2, 3, 4}, b[] = {10, 20, 30, 40};
  double y[4];
  if (numrs_add_f64(NULL, a, b, y, 4) != NUMRS_OK) return fprintf(stderr, "%s\n", numrs_message()), 1;
  printf("%g %g %g %g\n", y[0], y[1], y[2], y[3]);
  return numrs_abi() / 1000 != NUMRS_ABI_MAJOR;
}
