# Style and form of the hand-written sources.
check ruff ruff check .
check cython-lint cython-lint $(find cython -name '*.pyx' -o -name '*.pxd' ! -path 'cython/numrs/c/*')
check clang-format clang-format --dry-run -Werror $(find include lib tests bench cython \
  \( -name '*.c' -o -name '*.cc' -o -name '*.cpp' -o -name '*.h' \) \
  ! -path include/numrs/ops.h ! -path include/numrs/raw.h ! -path lib/api/raw.cc)
for script in bench/run.sh tests/run.sh tests/suites/*.sh tools/*.sh .ci/run; do check "$script" sh -n "$script"; done
