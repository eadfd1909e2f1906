#!/bin/sh
# sh tools/device.sh [--dry-run] [--out FOLDER] [--fast] [--deps FOLDER]
# sh tools/device.sh --pack FOLDER
# On a machine with an NVIDIA GPU: builds the library with its CUDA plug-in from this checkout, with that machine's own
# Python and CUDA; runs the conformance tests on cuda:0, a part of them under compute-sanitizer, then the benchmarks; writes
# device.json with driver, versions and this machine's own ceilings. --dry-run: no GPU is needed; what can be done without
# one is done (the package is built, the plug-in probed), the rest is only listed. --fast: no sanitizer. --pack: puts what
# such a machine may lack, Highway's headers and OpenBLAS, into a folder, which --deps names there.
set -eu
cd "$(dirname "$0")/.."
dry=0 fast=0 out=build/device pack='' deps=''
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry=1 ;;
    --fast) fast=1 ;;
    --pack) pack=${2?--pack needs a folder}; shift ;;
    --deps) deps=${2?--deps needs a folder}; shift ;;
    --out) out=${2?--out needs a folder}; shift ;;
    *) sed -n '2,9s/^# //p' "$0"; exit 2 ;;
  esac
  shift
done
python=${PYTHON:-python3}
if [ -n "$pack" ]; then
  mkdir -p "$pack/include" "$pack/python"
  cp -r "$(pkg-config --variable=includedir libhwy)/hwy" "$pack/include/"
  cp -r "$("$python" -c 'import os, scipy_openblas32 as s; print(os.path.dirname(s.__file__))')" "$pack/python/"
  exit
fi
if [ -n "$deps" ]; then
  deps=$(cd "$deps" && pwd)
  CPLUS_INCLUDE_PATH=$deps/include PYTHONPATH=$deps/python
  export CPLUS_INCLUDE_PATH PYTHONPATH
fi
mkdir -p "$out"
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
# meson-python may be missing there: meson installs the package, plug-in included, into a folder of its own.
site=$(cd "$out" && pwd)/site setup=''
[ ! -f "$out/build/build.ninja" ] || setup=--reconfigure
PATH=$(dirname "$(command -v "$python")"):$PATH meson setup $setup "$out/build" --buildtype release -Dcuda=enabled -Dinstall_layout=wheel \
  "-Dpython.platlibdir=$site" "-Dpython.purelibdir=$site" >"$out/setup.log" || { tail -n 40 "$out/setup.log"; exit 1; }
meson install -C "$out/build" --quiet >"$out/build.log" 2>&1 || { tail -n 40 "$out/build.log"; exit 1; }
plugin=$out/build/lib/cuda/libnumrs_cuda.so
${CXX:-c++} -std=c++17 -O1 -Ilib -Iinclude tests/cuda/probe.cc -o "$out/probe" -ldl
"$out/probe" "$plugin" | tee "$out/probe.txt"
PYTHONPATH=$site
export PYTHONPATH
"$python" -c 'import numrs; print("numrs", numrs.__version__, *numrs.get_devices())'
if grep -q '^devices 0' "$out/probe.txt"; then
  [ $dry = 1 ] || { echo 'no device: nothing more to run' >&2; exit 1; }
fi
tests='tests/python/test_device_conformance.py tests/python/test_device_rules.py tests/python/test_device_nn.py tests/python/test_device_training.py tests/python/test_device_recording.py'
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
