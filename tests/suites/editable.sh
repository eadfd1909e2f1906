# An editable install is rebuilt when a source changes.
python -m venv --clear build/venv-editable
PATH=$PWD/build/venv-editable/bin:$PATH
python -m pip install --quiet --require-hashes --no-deps --only-binary :all: -r tools/requirements/build.txt
python -m pip install --quiet --no-build-isolation --no-deps --config-settings=build-dir=build/editable --editable .
cd build
check import python -c 'import numrs; assert (numrs.add([1.0], [2.0]) == 3.0).all()'
check command numrs version
touch ../lib/core/status.cc
check rebuild python -c 'import numrs; assert (numrs.add([1.0], [2.0]) == 3.0).all()'
