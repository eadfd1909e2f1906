// Facts of this build as text; the values come from meson.
#pragma once

#include "build_config.h"  // NUMRS_VERSION, NUMRS_BLAS, NUMRS_HIGHWAY, NUMRS_COMPILER, NUMRS_BUILDTYPE

namespace numrs {
constexpr char kBuildInfo[] = "version=" NUMRS_VERSION
                              "\n"
                              "compiler=" NUMRS_COMPILER
                              "\n"
                              "buildtype=" NUMRS_BUILDTYPE
                              "\n"
                              "blas=" NUMRS_BLAS
                              "\n"
                              "highway=" NUMRS_HIGHWAY
                              "\n"
                              "targets=" NUMRS_TARGETS "\n";
}  // namespace numrs
