// What the cuBLASLt of the tests has seen, and what it shall do.
#pragma once

#include <cstdint>

struct FakeLt {
  bool refuses = false;  // no algorithm for anything
  int64_t searches = 0, products = 0;
  int32_t epilogue = 0;         // of the last product
  int64_t batch = 0, rows = 0;  // of the last product
};
extern FakeLt fake_lt;
