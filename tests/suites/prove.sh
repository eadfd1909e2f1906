# The checks can fail: a planted bug of each class is found.
check prove sh tests/prove_checks.sh
