# The C++ tests under the address and undefined-behaviour sanitizers.
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
catch_tests build/asan -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false
