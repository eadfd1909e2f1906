# The Python tests against the installed wheel.
if [ "$NUMRS_TEST_TIER" = quick ]; then pytests tests/python -m 'not slow'; else pytests tests/python; fi
