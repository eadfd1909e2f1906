/* What R's .C interface needs between it and numrs: every argument a pointer, counts as R's 32-bit integers. A package
   would hold this file in src/. */
#include <numrs/numrs.h>

void r_version(char** version, int* abi) { *version = (char*)numrs_version(), *abi = numrs_abi(); }
void r_failure(int* status, char** name, char** message) {
  *name = (char*)numrs_status_name(*status), *message = (char*)numrs_message();
}
void r_set_num_threads(int* threads, int* status) { *status = numrs_set_num_threads(*threads); }
void r_get_num_threads(int* threads) { *threads = numrs_get_num_threads(); }
void r_add(double* a, double* b, double* y, int* n, int* status) { *status = numrs_add_f64(NULL, a, b, y, *n); }
void r_exp(double* x, double* y, int* n, int* status) { *status = numrs_exp_f64(NULL, x, y, *n); }
void r_sum(double* x, double* y, int* outer, int* n, int* inner, int* status) {
  *status = numrs_sum_f64(NULL, x, y, *outer, *n, *inner);
}
void r_matmul(double* a, double* b, double* y, int* m, int* k, int* n, int* status) {
  *status = numrs_matmul_f64(NULL, a, b, y, 1, *m, *k, *n);
}
