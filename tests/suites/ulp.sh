# Float32 functions on one of every 64 inputs and around every power of two, against wide references; long: on all 2^32.
# NUMRS_ULP_STRIDE names another distance.
case $NUMRS_TEST_TIER in long) stride=1 ;; *) stride=64 ;; esac
meson configure build/wheel -Dtests=true
ninja -C build/wheel tests/ulp_f32
build/wheel/tests/ulp_f32 --stride "${NUMRS_ULP_STRIDE:-$stride}" >build/log/ulp.out || true
cat build/log/ulp.out
count $(sed -n 's/^ulp: //p' build/log/ulp.out | grep . || echo 0 1 0)
figure "$(sed -n 's/^largest: //p' build/log/ulp.out)"
