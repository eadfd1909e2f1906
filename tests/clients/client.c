/* numrs from C99: what every client in this folder does, each in its language; all print the lines of expected.txt.
   Sizes are int64_t, NULL is the default context, and every call that can fail returns a status, 0 when it went well.
 */
#include <numrs/numrs.h>
#include <stdio.h>

/* A status has a name, and the thread that failed has a message until its next call. */
static int Failed(numrs_status status) {
  if (status != NUMRS_OK) fprintf(stderr, "%s: %s\n", numrs_status_name(status), numrs_message());
  return status != NUMRS_OK;
}

static void Print(const char* label, const double* y) {
  printf("%s %.3f %.3f %.3f %.3f\n", label, y[0], y[1], y[2], y[3]);
}

int main(void) {
  const double a[] = {1, 2, 3, 4}, b[] = {10, 20, 30, 40}, x[] = {0, 1, 2, -1};
  const double left[] = {1, 2, 3, 4, 5, 6}, right[] = {7, 8, 9, 10, 11, 12};
  const double cube[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  double y[4];
  numrs_status status;

  printf("numrs %s abi %d\n", numrs_version(), (int)(numrs_abi() / 1000));

  if (Failed(numrs_add_f64(NULL, a, b, y, 4))) return 1; /* y[i] = a[i] + b[i], 4 elements */
  Print("add", y);
  if (Failed(numrs_exp_f64(NULL, x, y, 4))) return 1;
  Print("exp", y);

  /* A (2, 3, 2) array in C order, summed over its middle axis. */
  if (Failed(numrs_sum_f64(NULL, cube, y, 2, 3, 2))) return 1;
  Print("sum", y);

  /* One product of (2, 3) and (3, 2). */
  if (Failed(numrs_matmul_f64(NULL, left, right, y, 1, 2, 3, 2))) return 1;
  Print("matmul", y);

  status = numrs_matmul_f64(NULL, left, right, y, 1, -2, 3, 2);
  printf("error %d %s: %s\n", (int)status, numrs_status_name(status), numrs_message());

  if (Failed(numrs_set_num_threads(2))) return 1;
  printf("threads %d\n", (int)numrs_get_num_threads());
  return 0;
}
