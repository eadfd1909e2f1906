# Every exported function under hostile arguments (the fuzz target of tests/fuzz on random inputs), failing memory and
# threads; nothing lost, and the process as it was. No test here names a function: they come from the tables.
meson configure build/wheel -Dtests=true
ninja -C build/wheel tests/fuzz/fuzz_random tests/fuzz/fuzz_checks tests/fuzz/fuzz_threads
programs=$PWD/build/wheel/tests/fuzz
case $NUMRS_TEST_TIER in
  quick) inputs=100000 rounds=4 calls=300 forks=200 storms=1 ;;
  full) inputs=300000 rounds=40 calls=10000 forks=1000 storms=10 ;;
  long) inputs=2000000 rounds=400 calls=1000000 forks=10000 storms=100 ;;
esac
all_called "$(numrs config --libdir)/libnumrs.so.1" "$programs/fuzz_random"
check corpus sh -c '"$0" "$@" >build/log/corpus.out' "$programs/fuzz_random" tests/fuzz/corpus/*
ask() { # NAME COMMAND...
  check "$@" >build/log/hostile.out 2>&1
  cat build/log/hostile.out
}
ask random "$programs/fuzz_random" $inputs
ask faults "$programs/fuzz_checks" faults $rounds
ask leaks "$programs/fuzz_checks" leaks $calls
ask neighbours "$programs/fuzz_checks" neighbours $rounds
ask forks "$programs/fuzz_threads" forks $forks
ask storm "$programs/fuzz_threads" storm $storms
