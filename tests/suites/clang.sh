# Every file as the second compiler reads it, warnings as errors. Its code is made and run by asan and fuzz.
if have clang++-19; then
  CC=clang-19 CXX=clang++-19 configure build/clang -Dpython=disabled -Dtests=true
  python tests/suites/clang.py build/clang >build/log/clang.out && status=0 || status=$?
  cat build/log/clang.out
  check warnings test $status = 0
  figure "$(tail -n 1 build/log/clang.out)"
else
  skip clang 'clang++-19 is missing (Debian: clang-19)'
fi
