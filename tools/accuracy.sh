#!/bin/sh
# Writes docs/accuracy.md: builds the C++ tests and runs the accuracy test with more points than the quick suite. For the
# column of all float32 inputs it runs ulp_f32 too when it is told a stride, for the functions named, or for all of them:
#     sh tools/accuracy.sh [STRIDE [FUNCTION...]]
# 1: all 2^32 inputs, minutes per function. docs/accuracy-f32.txt keeps what was found.
set -eu
cd "$(dirname "$0")/.."
. tools/bootstrap.sh
need_packages tools/apt-need.txt tools/apt-test.txt
need_venv build test
[ -d build/tests ] || meson setup build/tests -Dtests=true -Dpython=disabled
meson compile -C build/tests test_ulp ulp_f32
if [ $# -gt 0 ]; then
  stride=$1
  shift
  build/tests/tests/ulp_f32 --stride "$stride" --write docs/accuracy-f32.txt "$@"
fi
NUMRS_ACCURACY=docs/accuracy.md NUMRS_ULP_F32=docs/accuracy-f32.txt NUMRS_ULP_POINTS="${NUMRS_ULP_POINTS:-20000}" build/tests/tests/test_ulp
