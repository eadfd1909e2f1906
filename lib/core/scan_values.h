// Looking at every element of a view before a call writes anything (exponents, indices).
#pragma once

#include "core/context.h"
#include "core/view.h"

namespace numrs {

// Is any element of an integer view below zero? Ends with NUMRS_CANCELLED when the context says so.
Status AnyNegative(const Run& run, const View& v, bool* found, const char* function = "pow");

}  // namespace numrs
