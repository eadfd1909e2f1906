# Hostile calls of every exported function, a short run without sanitizers: the fuzz target of tests/fuzz on random inputs.
configure build/tests -Dwerror=true -Dpython=disabled -Dtests=true
ninja -C build/tests tests/fuzz/fuzz_random
program=build/tests/tests/fuzz/fuzz_random
$program --names | sort >build/log/hostile.names
check 'every exported function is called' sh -c "sed 's/@@.*//' tests/abi/symbols.txt | sort | comm -23 - build/log/hostile.names | { ! grep .; }"
check corpus $program tests/fuzz/corpus/*
check random sh -c "$program 100000 >build/log/hostile.out"
cat build/log/hostile.out
