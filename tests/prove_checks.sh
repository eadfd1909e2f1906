#!/bin/sh
# sh tests/prove_checks.sh: plants a bug of each class in a copy of the tree and expects the check made for it to fail.
# What is proven are the checks. Takes the builds of the suites over where there are any (sh tests/run.sh cpp hostile asan fuzz tsan).
set -eu
cd "$(dirname "$0")/.."
[ -x .venv/bin/python ] && PATH=$PWD/.venv/bin:$PATH
export TSAN_OPTIONS=halt_on_error=1

copy=build/prove
rm -rf $copy
mkdir -p $copy/build
for entry in $(git ls-tree --name-only HEAD); do cp -a "$entry" $copy/; done
for folder in wheel asan tsan; do [ ! -d build/$folder ] || cp -a build/$folder $copy/build/; done
cd $copy
mkdir -p build/log

sanitized='-Dbuildtype=debugoptimized -Doptimization=1 -Ddebug=false -Db_lundef=false' # as the suites have it

build() { # FOLDER TARGET OPTION...: builds what a check needs, afresh when the suites have left nothing
  folder=$1 target=$2
  shift 2
  [ -f "build/$folder/build.ninja" ] || meson setup "build/$folder" -Dpython=disabled -Dtests=true "$@" >build/log/setup.log
  ninja -C "build/$folder" "$target" >build/log/ninja.log || { tail -n 20 build/log/ninja.log; exit 1; }
}
with_asan() {
  CC=clang-19 CXX=clang++-19 build asan tests/fuzz/fuzz_random $sanitized -Db_sanitize=address,undefined -Dcpp_args=-gline-tables-only -Dfuzz=true
  build/asan/tests/fuzz/fuzz_random 20000
}
with_tsan() {
  build tsan tests/fuzz/fuzz_threads $sanitized -Db_sanitize=thread
  build/tsan/tests/fuzz/fuzz_threads storm 1
}
with_random() { build wheel tests/fuzz/fuzz_random && build/wheel/tests/fuzz/fuzz_random 20000; }
with_faults() { build wheel tests/fuzz/fuzz_checks && build/wheel/tests/fuzz/fuzz_checks faults 4; }
with_layout() { ${CC:-cc} -Iinclude -c tests/abi/layout.c -o build/log/layout.o; }

proven=0 missed=0
plant() { # CLASS FILE SED-COMMAND CHECK: the check passes without the bug and fails with it
  class=$1 file=$2 command=$3 check=$4
  $check >build/log/before.log 2>&1 || { tail -n 20 build/log/before.log; echo "$class: $check fails without a bug"; exit 1; }
  cp -p "$file" build/original
  sed -i "$command" "$file"
  if cmp -s "$file" build/original; then echo "$class: the bug no longer fits into $file"; exit 1; fi
  if $check >build/log/after.log 2>&1; then
    missed=$((missed + 1)) verdict='NOT FOUND'
  else
    proven=$((proven + 1)) verdict="found: $(grep -m 1 -E 'ERROR|WARNING|error:|numrs_|leaked' build/log/after.log | cut -c1-110)"
  fi
  printf '%-22s %-34s %s\n' "$class" "$file" "$verdict"
  cp "build/original" "$file" # newer than the bug's objects
}

plant 'off-by-one read' lib/portable/elementwise.cc 's/Fn()(Load<T>(x, i))/Fn()(Load<T>(x, i + 1))/' with_asan
plant 'data race' lib/core/status.cc 's/^thread_local char message/char message/' with_tsan
plant 'leak' lib/core/memory.h 's/~Workspace() .*/~Workspace() {}/' with_random
plant 'changed struct' include/numrs/base.h 's/^  uint64_t hits; /  uint32_t extra; uint64_t hits; /' with_layout
plant 'lost status' lib/core/scan.cc 's/NUMRS_TRY(\(ScanRunner(.*)\.Execute()\));/(void)\1;/' with_faults
echo "figure: $proven planted bugs found, $missed missed"
[ $missed = 0 ]
