# From a fresh clone to a working .venv: Debian packages, the Python environment from hashed locks, the wheel built and
# installed. Sourced by bench/run.sh and tests/run.sh in the root of the checkout; `sh tools/bootstrap.sh` alone does the
# same for a developer, with the word "editable" as an editable install. Whatever is there already is left alone: a second
# run needs no network. PYTHON names the interpreter for a new .venv; CC, CXX and PIP_* are honoured.
set -eu
unset PYTHONPATH PYTHONHOME
locks=tools/requirements
epoch=${SOURCE_DATE_EPOCH:-1767225600} # the time of every file in a wheel: the same sources give the same bytes

die() { printf '%s\n' "$@" >&2; exit 2; }
# One number for the content of files and folders.
digest() { find "$@" -type f ! -name "*.pyc" -exec sha256sum {} + | LC_ALL=C sort | sha256sum | cut -c1-64; }
stamped() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }

need_packages() { # LIST...: files that name Debian packages
  if ! command -v dpkg-query >/dev/null; then
    echo "Not Debian: nothing is installed here. What $* name has to be there under this system's names."
    return
  fi
  missing=
  for package in $(sed 's/#.*//' "$@"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  line="apt-get install -y --no-install-recommends$missing"
  [ "$(id -u)" -eq 0 ] || die 'Debian packages are missing. As root, run' "  apt-get update && $line"
  apt-get update
  DEBIAN_FRONTEND=noninteractive $line
}

need_venv() { # LOCK...: names of locks, in order
  if ! .venv/bin/python -c '' 2>/dev/null; then
    python=${PYTHON:-python3}
    command -v "$python" >/dev/null || die "There is no $python: install Python 3.11 or newer, or name one with PYTHON=..."
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
      die "numrs needs Python 3.11 or newer; $python is $("$python" --version 2>&1). Name another one with PYTHON=..."
    "$python" -m venv --clear .venv || die "$python -m venv failed (Debian: apt-get install python3-venv)"
  fi
  PATH=$PWD/.venv/bin:$PATH
  export PATH
  for lock in "$@"; do
    sum=$(digest "$locks/$lock.txt")
    stamped ".venv/stamp-$lock" "$sum" && continue
    python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r "$locks/$lock.txt"
    echo "$sum" >".venv/stamp-$lock"
  done
}

# Builds the wheel in build/wheel, where only what changed is compiled again, and installs it into .venv. The C++ tests
# are built there too. setup: options of meson setup.
need_wheel() {
  sum=$(digest meson.build meson.options pyproject.toml LICENSE licenses include lib cython bench/*.* tools/meson tools/package .venv/stamp-build)
  if ! stamped .venv/stamp-wheel "$sum" || [ ! -f build/wheel/build.ninja ]; then
    rm -rf build/dist .venv/stamp-wheel
    mkdir -p build
    [ ! -f build/wheel/build.ninja ] || meson configure build/wheel -Dtests=false -Dbench=false # the suites turn them on
    echo 'Building the wheel (build/wheel.log) ...'
    SOURCE_DATE_EPOCH=$epoch python -m pip wheel --verbose --no-index --no-build-isolation --no-deps --config-settings=build-dir=build/wheel \
      ${setup:+--config-settings=setup-args=$setup} \
      --wheel-dir build/dist . >build/wheel.log 2>&1 || { tail -n 40 build/wheel.log >&2; exit 1; }
    python -m pip install --quiet --no-index --no-deps --force-reinstall build/dist/*.whl
    echo "$sum" >.venv/stamp-wheel
  fi
}

if [ "${0##*/}" = bootstrap.sh ]; then
  cd "$(dirname "$0")/.."
  need_packages tools/apt-need.txt
  need_venv build test
  [ "${1-}" = editable ] || { need_wheel; exit; }
  rm -f .venv/stamp-wheel
  exec python -m pip install --no-build-isolation --no-deps --config-settings=build-dir=build/dev --editable .
fi
