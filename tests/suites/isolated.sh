# `pip install .` in a fresh environment, nothing but the package index helping. Needs a network.
python -m venv --clear build/venv-isolated
build/venv-isolated/bin/python -m pip install --quiet .
cd build
check import venv-isolated/bin/python -c 'import numrs; assert (numrs.add([1.0], [2.0]) == 3.0).all()'
check version venv-isolated/bin/numrs version
