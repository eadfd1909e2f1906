# The supply chain: locks, a second build with the same bytes, bill of materials, the repaired wheel alone in a clean
# environment, the configuration of cibuildwheel. The flags that harden the machine code are tests/python/test_packaging.py's.
# Needs a network for the tools and for what the wheel requires.
. tools/bootstrap.sh
check locks python tools/lock.py --check
check 'every package has a hash' python - <<'EOF'
import pathlib, re
for lock in pathlib.Path("tools/requirements").glob("*.txt"):
    text = re.sub(r"^#.*\n", "", lock.read_text(), flags=re.M).replace("\\\n", "")
    for line in text.splitlines():
        assert re.fullmatch(r"[\w.-]+==\S+( +--hash=sha256:[0-9a-f]{64})+", line), (lock, line)
EOF

# The tools have an environment of their own: .venv builds, these look at what was built.
tools=$PWD/build/venv-supply/bin
sum=$(digest tools/requirements/build.txt tools/requirements/supply.txt)
if ! stamped build/venv-supply/stamp "$sum"; then
  python -m venv --clear build/venv-supply
  for lock in build supply; do
    "$tools/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r tools/requirements/$lock.txt
  done
  echo "$sum" >build/venv-supply/stamp
fi
wheel=$(echo build/dist/*.whl)
rm -rf build/supply
mkdir -p build/supply

# The wheel under test once more, in another folder, time zone and language, with another number of jobs and without a
# compiler cache, which would answer the second build from the first. The bytes are the same, of the wheel and so of all in it.
copy='build/supply/a copy at another path'
mkdir "$copy"
cp -R meson.build meson.options pyproject.toml README.md LICENSE licenses include lib cython bench docs tools "$copy"
second_build() {
  (cd "$copy" && SOURCE_DATE_EPOCH=$epoch TZ=Pacific/Auckland LC_ALL=C.UTF-8 CCACHE_DISABLE=1 python -m pip wheel --quiet --no-index --no-build-isolation --no-deps \
    --config-settings=build-dir=made --config-settings=compile-args=-j$(($(nproc) + 1)) --wheel-dir ../second .) >build/log/second.log 2>&1
}
second=build/supply/second/${wheel##*/}
verdict='two builds differ'
check 'second build' second_build
if cmp "$wheel" "$second"; then
  verdict='two builds identical'
else
  for side in first second; do mkdir "build/supply/$side-files"; done
  (cd build/supply/first-files && python -m zipfile -e "../../../$wheel" .)
  (cd build/supply/second-files && python -m zipfile -e "../../../$second" .)
  diff -rq build/supply/first-files build/supply/second-files || true
fi
check 'two builds give the same bytes' cmp "$wheel" "$second"

# What the wheel asks of a system, as the loader will see it; the repaired wheel is what would be published.
"$tools/auditwheel" show "$wheel" | tee build/supply/show
check 'auditwheel repair' "$tools/auditwheel" repair --wheel-dir build/supply/repaired "$wheel"
repaired=$(echo build/supply/repaired/*.whl)
tag=$(echo "$repaired" | grep -o 'manylinux_[0-9]*_[0-9]*_[a-z0-9_]*' | head -n 1)
check 'a manylinux tag' test -n "$tag"
check 'nothing but the C library is needed' sh -c "! python -m zipfile -l '$repaired' | grep -E '[.]libs/'"
sed -n 's/^\([a-z].*==[^ ]*\) .*/\1/p' tools/requirements/build.txt tools/requirements/test.txt >build/supply/constraints.txt
python -m venv --clear build/venv-repaired
build/venv-repaired/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --constraint build/supply/constraints.txt "$repaired"
clean() { (cd build/supply && env -u LD_LIBRARY_PATH -u PYTHONPATH "$@"); }
check 'import of the repaired wheel' clean ../venv-repaired/bin/python -c 'import numrs; assert (numrs.add([1.0], [2.0]) == 3.0).all()'
check 'numrs test' clean ../venv-repaired/bin/numrs test

# The bill of materials stands beside the wheel.
sbom=${wheel%.whl}.cdx.json
"$tools/cyclonedx-py" environment --spec-version 1.6 --output-reproducible --of JSON build/venv-repaired/bin/python >build/supply/environment.json
check 'bill of materials' "$tools/python" tools/sbom.py build/supply/environment.json "$wheel" "$sbom"
required=$(clean ../venv-repaired/bin/python -c '
import importlib.metadata, re
print(*(re.match(r"[\w.-]+", r)[0] for r in importlib.metadata.requires("numrs-kernels") if "extra" not in r))')
for name in numrs-kernels libnumrs.so.1 OpenBLAS LAPACK libgfortran libstdc++ Highway $required; do
  check "bill of materials: $name" "$tools/python" tools/sbom.py --check "$sbom" "$name"
done

# cibuildwheel needs containers to build; what it would build, and that its schema knows every option, is told without.
"$tools/cibuildwheel" --platform linux --archs x86_64,aarch64 --print-build-identifiers . >build/supply/identifiers
cat build/supply/identifiers
for version in 311 312 313 314; do
  for machine in x86_64 aarch64; do check "cibuildwheel: $version $machine" grep -qx "cp$version-manylinux_$machine" build/supply/identifiers; done
done
check 'cibuildwheel: nothing else' test "$(wc -l <build/supply/identifiers)" = 8
check 'cibuildwheel: schema' "$tools/python" -c '
import importlib.resources, json, jsonschema, tomllib
schema = json.loads(importlib.resources.files("cibuildwheel").joinpath("resources/cibuildwheel.schema.json").read_text())
jsonschema.validate(tomllib.load(open("pyproject.toml", "rb"))["tool"]["cibuildwheel"], schema)'
figure "wheel $(du -b "$wheel" | awk '{printf "%.1f MB", $1 / 1e6}'), $tag, $verdict, $(grep -c '"bom-ref"' "$sbom") components in its bill of materials"
