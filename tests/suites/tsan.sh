# The C++ tests under the thread sanitizer.
export TSAN_OPTIONS=halt_on_error=1
catch_tests build/tsan -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false
