# What the suites share: counting, and building and running the C++ tests. Read by tests/run.sh before each suite.
passed=0 failed=0 skipped=0
trap 'status=$?; [ $status -eq 0 ] || [ $failed -gt 0 ] || failed=1; echo "counts: $passed $failed $skipped"' EXIT

count() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

check() { # NAME COMMAND...: one test that passes when the command does
  name=$1
  shift
  if "$@"; then count 1 0 0; else count 0 1 0; printf 'FAILED %s\n  repeat: %s\n' "$name" "$*"; fi
}

skip() { # NAME REASON: a test that cannot run here
  echo "SKIPPED $1: $2"
  if [ "$NUMRS_STRICT" = 1 ]; then count 0 1 0; else count 0 0 1; fi
}

figure() { printf 'figure: %s\n' "$*"; } # TEXT: what this suite's line shows behind its counts

have() { command -v "$1" >/dev/null; } # COMMAND

# Builds with sanitizers: -O1 and no debug information but lines compile in half the time.
sanitized='-Dbuildtype=debugoptimized -Doptimization=1 -Ddebug=false -Db_lundef=false'
asan="$sanitized -Db_sanitize=address,undefined -Dcpp_args=-gline-tables-only -Dfuzz=true"

configure() { # FOLDER OPTION...
  if [ -f "$1/build.ninja" ]; then meson setup --reconfigure "$@"; else rm -rf "$1" && meson setup "$@"; fi
}

catch_tests() { # FOLDER OPTION...: a build of its own for the C++ tests, which are run
  configure "$@" -Dpython=disabled -Dtests=true
  run_catch_tests "$1"
}

run_catch_tests() { # FOLDER: brings a build up to date and runs its C++ tests
  folder=$1
  ninja -C "$folder"
  for program in "$folder"/tests/test_* "$folder"/tests/cuda/test_*; do
    { [ -f "$program" ] && [ -x "$program" ]; } || continue
    if "$program" >"$folder/output" 2>&1; then status=0; else status=$?; fi
    cat "$folder/output"
    good=$(sed -n -e 's/^All tests passed (.* in \([0-9]*\) test case.*/\1/p' -e 's/^test cases:.*| *\([0-9]*\) passed.*/\1/p' "$folder/output")
    bad=$(sed -n 's/^test cases:.*| *\([0-9]*\) failed.*/\1/p' "$folder/output")
    [ $status -eq 0 ] || [ -n "$bad" ] || bad=1 # died, or a sanitizer spoke
    count "${good:-0}" "${bad:-0}" 0
    [ $status -eq 0 ] || printf 'FAILED %s\n  repeat: %s\n' "$program" "$program"
  done
}

all_called() { # LIBRARY PROGRAM: PROGRAM --names has every function that the library exports
  nm -D --defined-only "$1" | sed -n 's/.* \(numrs_[a-z0-9_]*\)@@.*/\1/p' | sort >build/log/exported
  "$2" --names | sort >build/log/called
  comm -23 build/log/exported build/log/called >build/log/uncalled
  check 'every exported function is called' sh -c 'cat build/log/uncalled; ! [ -s build/log/uncalled ]'
}

pytests() { # ARGUMENT...: pytest, away from the sources
  if python -m pytest -q "$@" >build/log/pytest.out 2>&1; then status=0; else status=$?; fi
  cat build/log/pytest.out
  number() { tail -n 1 build/log/pytest.out | sed -n "s/.*[^0-9]*\b\([0-9][0-9]*\) $1.*/\1/p"; }
  good=$(number passed) bad=$(number failed) wrong=$(number error) left=$(number skipped)
  [ "$NUMRS_STRICT" = 0 ] || bad=$((${bad:-0} + ${left:-0})) left=0
  count "${good:-0}" $((${bad:-0} + ${wrong:-0})) "${left:-0}"
  sed -n 's/^\(FAILED\|ERROR\) \([^ ]*\).*/  repeat: .venv\/bin\/python -m pytest \2/p' build/log/pytest.out
  [ $status -eq 0 ] || [ $failed -gt 0 ] || failed=1
}

small_clients() { # FOLDER: compiles and runs the ten-line programs of tests/clients with the flags of the numrs.pc in it
  export PKG_CONFIG_PATH="$1"
  flags=$(pkg-config --cflags --libs numrs)
  mkdir -p build/clients
  for source in tests/clients/add_sum.*; do
    program=build/clients/$(basename "$source" | tr . _)
    case $source in
      *.c) compile="${CC:-cc} -std=c99" ;;
      *.cpp) compile="${CXX:-c++} -std=c++17" ;;
      *) continue ;;
    esac
    check "$source" sh -euc "$compile -pedantic -Wall -Wextra -Werror $source -o $program $flags; ./$program | diff - tests/clients/add_sum.txt"
  done
}
