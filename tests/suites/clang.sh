# The second compiler, every warning an error.
if have clang++-19; then
  CC=clang-19 CXX=clang++-19 catch_tests build/clang -Dwerror=true
else
  skip clang 'clang++-19 is missing (Debian: clang-19)'
fi
