// The runner of the tests for Catch2 2; version 3 brings its own. No tests here.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
