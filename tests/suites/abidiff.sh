# Types of the exported functions against the dump in tests/abi; the library is built with debug information for it.
if ! have abidiff; then
  skip abidiff 'abidiff is missing (Debian: abigail-tools)'
else
  configure build/abi -Dpython=disabled -Doptimization=0 -Ddebug=true
  ninja -C build/abi lib/libnumrs.so.1.0.0
  python tools/abi.py diff build/abi/lib/libnumrs.so.1.0.0 >build/log/abidiff.out && status=0 || status=$?
  cat build/log/abidiff.out
  check abidiff test $status = 0
fi
