# Hostile calls of every exported function under the address and undefined-behaviour sanitizers (tests/fuzz): the corpus
# first, then new inputs on both cores. Long: twenty times as many.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
jobs=$(nproc)
case $NUMRS_TEST_TIER in long) runs=20000000 ;; *) runs=1000000 ;; esac
if ! have clang++-19; then
  skip fuzz 'clang++-19 is missing (Debian: clang-19 libclang-rt-19-dev)'
else
  CC=clang-19 CXX=clang++-19 configure build/asan $asan -Dpython=disabled -Dtests=true
  ninja -C build/asan tests/fuzz/fuzz_calls tests/fuzz/fuzz_random
  target=$PWD/build/asan/tests/fuzz/fuzz_calls
  all_called build/asan/lib/libnumrs.so.1.0.0 build/asan/tests/fuzz/fuzz_random
  check corpus "$target" -runs=0 tests/fuzz/corpus
  rm -rf build/fuzz
  mkdir -p build/fuzz
  job=0
  while [ $job -lt "$jobs" ]; do # entropic scheduling and growing lengths cost five sixths of the speed here
    mkdir build/fuzz/$job # new inputs go into the first folder, never into the committed one
    (cd build/fuzz && "$target" -runs=$((runs / jobs)) -seed=$((job + 1)) -max_len=160 -len_control=0 -entropic=0 -reload=0 -detect_leaks=0 \
      -rss_limit_mb=4000 -timeout=30 -artifact_prefix="$job-" $job ../../tests/fuzz/corpus >"$job.log" 2>&1 || echo "exit status $?" >>"$job.log") &
    job=$((job + 1))
  done
  wait
  for log in build/fuzz/*.log; do
    check "$log" sh -c "! grep -q '^exit status' $log && grep -q '^figure: ' $log"
    grep -q '^exit status' "$log" && tail -n 60 "$log"
  done
  figure "$(cat build/fuzz/*.log | sed -n 's/^figure: //p' | awk '{runs += $1; calls += $3; accepted += $3 * $5; reached = $8; all = $10}
    END {printf "%d executions, %d calls, %.0f %% accepted, %d of %d functions", runs, calls, accepted / calls, reached, all}')"
  check 'at least 5 % of the calls are accepted' sh -c "cat build/fuzz/*.log | grep -qE ' ([5-9]|[0-9]{2,3}) % accepted'"
fi
