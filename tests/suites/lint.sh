# Style and form of the hand-written sources.
check ruff ruff check .
check cython-lint sh -c "find cython -name '*.p[yx][xd]' ! -path 'cython/numrs/c/*' -exec cython-lint {} +"
# To mend it: the same with -i in place of --dry-run -Werror.
check clang-format sh -c "find include lib tests bench cython -name '*.[ch]' -o -name '*.cc' -o -name '*.cpp' -o -name '*.hpp' |
  grep -vE '^(include/numrs/(ops.h|ops.hpp|raw.h)|lib/api/raw.cc|tests/abi/.*)$' | xargs clang-format --dry-run -Werror"
for script in bench/run.sh tests/run.sh tests/suites/*.sh tools/*.sh .ci/run; do check "$script" sh -n "$script"; done
