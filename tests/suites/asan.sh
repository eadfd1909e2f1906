# The C++ tests under the address and undefined-behaviour sanitizers. The fuzz suite uses the same build.
export ASAN_OPTIONS=detect_stack_use_after_return=1
if have clang++-19; then
  CC=clang-19 CXX=clang++-19 catch_tests build/asan $asan
else
  skip asan 'clang++-19 is missing (Debian: clang-19 libclang-rt-19-dev)'
fi
