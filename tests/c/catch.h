// Catch2 2 and 3 behind one include.
#ifndef NUMRS_TESTS_C_CATCH_H_
#define NUMRS_TESTS_C_CATCH_H_

#if defined(NUMRS_CATCH2_V3) && NUMRS_CATCH2_V3
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

#endif  // NUMRS_TESTS_C_CATCH_H_
