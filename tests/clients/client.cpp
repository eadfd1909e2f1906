// numrs from C++17 by numrs.hpp: containers are arrays, statuses are exceptions. The C header is there as well.
#include <cstdio>
#include <numrs/numrs.hpp>
#include <vector>

static void Print(const char* label, const std::vector<double>& y) {
  std::printf("%s %.3f %.3f %.3f %.3f\n", label, y[0], y[1], y[2], y[3]);
}

int main() {
  const std::vector<double> a = {1, 2, 3, 4}, b = {10, 20, 30, 40}, x = {0, 1, 2, -1};
  const std::vector<double> left = {1, 2, 3, 4, 5, 6}, right = {7, 8, 9, 10, 11, 12};
  const std::vector<double> cube = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  std::vector<double> y(4);

  std::printf("numrs %s abi %d\n", numrs_version(), numrs_abi() / 1000);

  numrs::add(a, b, y);
  Print("add", y);
  numrs::exp(x, y);
  Print("exp", y);

  // A (2, 3, 2) array in C order, summed over its middle axis.
  numrs::sum({cube, {2, 3, 2}}, {y, {2, 2}}, 1);
  Print("sum", y);

  numrs::matmul({left, {2, 3}}, {right, {3, 2}}, {y, {2, 2}});
  Print("matmul", y);

  try {
    numrs::check(numrs_matmul_f64(nullptr, left.data(), right.data(), y.data(), 1, -2, 3, 2));
  } catch (const numrs::error& error) {
    std::printf("error %d %s: %s\n", error.status(), numrs_status_name(error.status()), error.what());
  }

  const numrs::scoped_num_threads two(2);  // until the end of the scope
  std::printf("threads %d\n", numrs_get_num_threads());
  return 0;
}
