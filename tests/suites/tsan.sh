# The C++ tests and a storm of threads over every exported function under the thread sanitizer.
export TSAN_OPTIONS=halt_on_error=1:die_after_fork=0 # children start threads of their own
catch_tests build/tsan $sanitized -Db_sanitize=thread
check storm sh -c 'build/tsan/tests/fuzz/fuzz_threads storm 1 >build/log/storm.out 2>&1 || { tail -n 60 build/log/storm.out; exit 1; }'
cat build/log/storm.out
