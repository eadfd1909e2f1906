# The C++ tests on the static libraries, every warning an error.
catch_tests build/tests -Dwerror=true
