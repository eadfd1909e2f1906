#!/bin/sh
# Writes docs/accuracy.md: builds the C++ tests and runs the accuracy test with more points than the quick suite.
set -eu
cd "$(dirname "$0")/.."
. tools/bootstrap.sh
need_packages tools/apt-need.txt tools/apt-test.txt
need_venv build test
[ -d build/tests ] || meson setup build/tests -Dtests=true -Dpython=disabled
meson compile -C build/tests test_ulp
NUMRS_ACCURACY=docs/accuracy.md NUMRS_ULP_POINTS="${NUMRS_ULP_POINTS:-20000}" build/tests/tests/test_ulp
