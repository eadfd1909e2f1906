#!/bin/sh
# sh tools/device.sh [--dry-run] [--out FOLDER] [--fast]
# On a machine with an NVIDIA GPU: builds the library with its CUDA plug-in from this checkout, with that machine's own
# Python and CUDA; runs the conformance tests on cuda:0, a part of them under compute-sanitizer, then the benchmarks; writes
# device.json with driver, versions and this machine's own ceilings. --dry-run: no GPU is needed; what can be done without
# one is done (the plug-in is built and probed), the rest is only listed. --fast: no sanitizer.
set -eu
cd "$(dirname "$0")/.."
dry=0 fast=0 out=build/device
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry=1 ;;
    --fast) fast=1 ;;
    --out) out=${2?--out needs a folder}; shift ;;
    *) sed -n '2,7s/^# //p' "$0"; exit 2 ;;
  esac
  shift
done
mkdir -p "$out"
python=${PYTHON:-python3}
nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
[ -x "$nvcc" ] || { echo 'there is no nvcc: CUDA 13 has to be on PATH, or in /usr/local/cuda' >&2; exit 1; }
PATH=$(dirname "$nvcc"):$PATH
export PATH
say() { printf '== %s\n' "$*"; }
step() { # NAME COMMAND...: runs it, or with --dry-run says that it would
  name=$1
  shift
  if [ $dry = 1 ]; then say "would run: $name: $*"; return 0; fi
  say "$name"
  if "$@" >"$out/$name.log" 2>&1; then echo passed; else failures="$failures $name"; tail -n 30 "$out/$name.log"; fi
}
failures=''

say "build with $("$nvcc" --version | tail -n 2 | head -n 1)"
setup=''
[ ! -f "$out/build/build.ninja" ] || setup=--reconfigure
meson setup $setup "$out/build" -Dcuda=enabled -Dpython=disabled >"$out/setup.log"
ninja -C "$out/build" lib/cuda/libnumrs_cuda.so >"$out/build.log" 2>&1 || { tail -n 40 "$out/build.log"; exit 1; }
plugin=$out/build/lib/cuda/libnumrs_cuda.so
${CXX:-c++} -std=c++17 -O1 -Ilib -Iinclude tests/cuda/probe.cc -o "$out/probe" -ldl
"$out/probe" "$plugin" | tee "$out/probe.txt"
if grep -q '^devices 0' "$out/probe.txt"; then
  [ $dry = 1 ] || { echo 'no device: nothing more to run' >&2; exit 1; }
fi

# meson-python may be missing there: meson installs the package into a folder of its own.
package() {
  setup=''
  [ ! -f "$out/package/build.ninja" ] || setup=--reconfigure
  PATH=$(dirname "$(command -v "$python")"):$PATH meson setup $setup "$out/package" --buildtype release -Dcuda=enabled -Dinstall_layout=wheel \
    "-Dpython.platlibdir=$PWD/$out/site" "-Dpython.purelibdir=$PWD/$out/site" && meson install -C "$out/package" --quiet
}
step package package
PYTHONPATH=$PWD/$out/site
export PYTHONPATH
tests='tests/python/test_device_conformance.py tests/python/test_device_rules.py tests/python/test_device_nn.py tests/python/test_device_training.py'
step conformance "$python" -m pytest -q $tests --device cuda:0
if [ $fast = 0 ]; then
  part=tests/python/test_device_conformance.py
  step memcheck compute-sanitizer --error-exitcode 1 --tool memcheck "$python" -m pytest -q $part --device cuda:0 -k 'element_wise or reductions or scans'
  step racecheck compute-sanitizer --error-exitcode 1 --tool racecheck "$python" -m pytest -q $part --device cuda:0 -k 'reductions or scans or sort'
fi
step streams "$python" -m pytest -q tests/python/test_device_streams.py tests/python/test_device_sharing.py tests/python/test_device_prefetch.py --device cuda:0
step bench "$python" tools/device_bench.py --json "$out/device.json"
[ -z "$failures" ] || { echo "failed:$failures (logs in $out)" >&2; exit 1; }
say "done: $out"
