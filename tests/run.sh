#!/bin/sh
# sh tests/run.sh [quick|full|long | SUITE...] [--strict] [--json FILE]
# Builds and installs the wheel, then runs the suites, one line each; the status is 1 when one fails. --strict: what cannot
# run here counts as failed. A suite is tests/suites/NAME.sh and a line of this table ("wheel": it needs the wheel); its lines
# "figure: TEXT" end up behind its counts.
set -eu
cd "$(dirname "$0")/.."
table='
quick generated
quick lint
quick cpp wheel
quick hostile wheel
quick clients wheel
quick abi wheel
quick python wheel
quick stubs wheel
quick docs wheel
full  abidiff
full  supply wheel
full  calls wheel
full  models wheel
full  ulp wheel
full  clang
full  cuda
full  doxygen
full  asan
full  fuzz
full  tsan
full  coverage wheel
full  isolated
full  install
full  editable
long  pythons
long  prove
'
tier=quick json='' names='' NUMRS_STRICT=0
while [ $# -gt 0 ]; do
  case $1 in
    quick | full | long) tier=$1 ;;
    --strict) NUMRS_STRICT=1 ;;
    --json) json=${2?--json needs a file}; shift ;;
    -*) sed -n '2,5s/^# //p' "$0"; exit 2 ;;
    *)
      names="$names $1"
      case $(echo "$table" | awk -v suite="$1" '$2 == suite {print $1}') in
        quick) ;;
        '') echo "There is no suite $1; there are:" $(echo "$table" | awk '{print $2}'); exit 2 ;;
        *) tier=full ;;
      esac ;;
  esac
  shift
done
case $tier in
  quick) in_tier='^quick' lists= ;;
  full) in_tier='^quick|^full' lists=tools/apt-full.txt ;;
  long) in_tier='.' lists=tools/apt-full.txt ;;
esac
[ -n "$names" ] || names=$(echo "$table" | awk -v tier="$in_tier" '$0 ~ tier {print $2}')
. tools/bootstrap.sh
need_packages tools/apt-need.txt tools/apt-test.txt $lists
need_venv build test bench
for suite in $names; do # only what runs the installed package waits for it
  if echo "$table" | grep -q " $suite wheel"; then setup=-Dwerror=true need_wheel; break; fi
done

export NUMRS_STRICT NUMRS_TEST_TIER="$tier"
logs=build/log
mkdir -p $logs
: >$logs/results
for suite in $names; do
  start=$(date +%s)
  sh -euc '. tests/suites/common.sh; . "tests/suites/$1.sh"' sh "$suite" >"$logs/$suite.log" 2>&1 </dev/null || true
  counts=$(sed -n 's/^counts: //p' "$logs/$suite.log" | tail -n 1)
  figures=$(sed -n 's/^figure: //p' "$logs/$suite.log" | tr -d '"\\' | awk '{printf "%s%s", (NR > 1 ? "; " : ""), $0}')
  echo "$suite ${counts:-0 1 0} $(($(date +%s) - start)) $figures" >>$logs/results
  tail -n 1 $logs/results | awk '{figures = $0; sub(/^[^ ]* [^ ]* [^ ]* [^ ]* [^ ]* /, "", figures)
    printf "%-10s %5d passed %4d failed %4d skipped %5d s%s\n", $1, $2, $3, $4, $5, (figures == "" ? "" : "  " figures)}'
  grep '^SKIPPED ' "$logs/$suite.log" | sed 's/^/  /' || true
  [ "$(tail -n 1 $logs/results | cut -d' ' -f3)" = 0 ] && continue
  tail -n 40 "$logs/$suite.log" | grep -v '^counts: '
  echo "  all of it: $logs/$suite.log; once more: sh tests/run.sh $suite"
done
[ -z "$json" ] || awk -v q='"' '{figures = $0; sub(/^[^ ]* [^ ]* [^ ]* [^ ]* [^ ]* /, "", figures)
  printf "%s{%ssuite%s: %s%s%s, %spassed%s: %d, %sfailed%s: %d, %sskipped%s: %d, %sseconds%s: %d, %sfigures%s: %s%s%s}",
    NR == 1 ? "[" : ",\n ", q, q, q, $1, q, q, q, $2, q, q, $3, q, q, $4, q, q, $5, q, q, q, figures, q} END {print "]"}' $logs/results >"$json"
awk '{p += $2; f += $3; s += $4} END {printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0}' $logs/results
