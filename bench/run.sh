#!/bin/sh
# The main job on real data: installs what is missing, builds and installs the wheel into .venv, runs the demo and a short
# benchmark against NumPy. Tables go to the screen, pictures to bench/out. Words after the name go to `numrs bench`.
set -eu
cd "$(dirname "$0")/.."
. tools/bootstrap.sh
need_packages tools/apt-need.txt
need_venv build bench
need_wheel
mkdir -p bench/out
numrs demo --out bench/out
numrs demo co2 --out bench/out
[ $# -gt 0 ] || set -- --quick --peers numpy --json bench/out/bench.jsonl
numrs bench --plots bench/out "$@"
echo "Pictures and figures: $PWD/bench/out"
