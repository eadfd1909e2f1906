// Every linked-in kernel set in turn.
#pragma once

#include <cstring>
#include <string>

#include "catch.h"
#include "core/backend.h"

namespace numrs {

// Calls body(name) with each kernel set active, then restores the first.
template <class Body>
void ForEachKernels(Body&& body) {
  for (int i = 0; KernelsAt(i); i++) {
    const Kernels& k = *KernelsAt(i);
    if (std::strcmp(k.backend, "cpu-portable") == 0)
      REQUIRE(SetBackend("cpu-portable") == NUMRS_OK);
    else
      REQUIRE(SetTarget(k.target) == NUMRS_OK);
    body(std::string(k.backend) + " " + k.target);
  }
  REQUIRE(SetBackend("cpu") == NUMRS_OK);
}

}  // namespace numrs
