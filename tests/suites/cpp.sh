# The C++ tests on the static libraries of the wheel's build.
meson configure build/wheel -Dtests=true
run_catch_tests build/wheel
