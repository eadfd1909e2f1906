# The Python tests against the installed wheel, and on the simulated device, which is built with the C++ tests.
meson configure build/wheel -Dtests=true
ninja -C build/wheel lib/libnumrs_sim.so
export NUMRS_SIM_PLUGIN="$PWD/build/wheel/lib/libnumrs_sim.so"
if [ "$NUMRS_TEST_TIER" = quick ]; then pytests tests/python -m 'not slow'; else pytests tests/python; fi
