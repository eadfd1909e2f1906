# How much of lib/ the tests run through: lines and branches, counted by clang. What runs: the C++ tests, on every instruction
# set and on cpu-portable alone, the fuzz target, and the Python tests on the instrumented library.
if ! have clang++-19 || ! have llvm-cov-19; then
  skip coverage 'not here: clang++-19, llvm-cov-19 (Debian: clang-19 llvm-19 libclang-rt-19-dev)'
else
  folder=$PWD/build/coverage
  export LLVM_PROFILE_FILE="$folder/profiles/%m.profraw" # one for each program and the library; runs are added to it
  flags='-fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc'
  CC=clang-19 CXX=clang++-19 configure build/coverage -Dbuildtype=plain -Doptimization=1 -Db_ndebug=true \
    -Dpython=disabled -Dtests=true -Dcpp_args="$flags" -Dc_args="$flags" -Dcpp_link_args=-fprofile-instr-generate -Dc_link_args=-fprofile-instr-generate
  ninja -C build/coverage
  rm -rf "$folder/profiles"
  mkdir "$folder/profiles"
  export NUMRS_ULP_POINTS=500
  : >build/log/coverage-runs.out
  run() { "$@" >>build/log/coverage-runs.out 2>&1 || echo "$*: status $?"; }
  for program in build/coverage/tests/test_*; do
    { [ -f "$program" ] && [ -x "$program" ]; } || continue
    run "$program"
  done
  # The programs above go through every instruction set themselves; here the environment chooses.
  for program in test_cpu_info test_elementwise test_matmul test_reduce test_scan; do
    for target in SSE4 AVX2 AVX3 none; do run env NUMRS_TARGET=$target build/coverage/tests/$program; done
    run env NUMRS_BACKEND=cpu-portable NUMRS_NUM_THREADS=1 build/coverage/tests/$program
    run env NUMRS_BACKEND=none NUMRS_NUM_THREADS=none NUMRS_TRACE=1 build/coverage/tests/$program
  done
  fuzz=build/coverage/tests/fuzz
  run $fuzz/fuzz_random tests/fuzz/corpus/*
  run $fuzz/fuzz_random 20000
  run $fuzz/fuzz_checks faults 2
  # The extension modules look for the library in LD_LIBRARY_PATH before they look beside themselves.
  run env LD_LIBRARY_PATH="$folder/lib" python -m pytest -q tests/python -m 'not slow' --ignore=tests/python/test_packaging.py
  unset LLVM_PROFILE_FILE
  llvm-profdata-19 merge --sparse -o "$folder/all.profdata" "$folder"/profiles/*.profraw
  objects="$folder/lib/libnumrs.so.1.0.0"
  for program in "$folder"/tests/test_*; do
    { [ -f "$program" ] && [ -x "$program" ]; } || continue
    objects="$objects -object $program"
  done
  llvm-cov-19 export $objects -instr-profile="$folder/all.profdata" -summary-only lib >"$folder/summary.json"
  python tests/suites/coverage.py "$folder/summary.json" >build/log/coverage.out && status=0 || status=$?
  cat build/log/coverage.out
  count $(sed -n 's/^coverage: //p' build/log/coverage.out | grep . || echo 0 1 0)
  figure "$(sed -n 's/^all of lib: //p' build/log/coverage.out)"
  echo "all lines: llvm-cov-19 export -format=lcov $objects -instr-profile=$folder/all.profdata"
fi
