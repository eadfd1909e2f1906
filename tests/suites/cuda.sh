# The CUDA plug-in as a file: it compiles without spilled registers, exports one symbol, needs the C library only, is small,
# loads fast, and says in words why there is no device. What its kernels compute is tested on the host (suite cpp).
if ! have nvcc; then
  skip cuda 'there is no nvcc (CUDA 13) on PATH'
else
  folder=build/cuda plugin=build/cuda/lib/cuda/libnumrs_cuda.so
  NVCC='ccache nvcc' configure $folder -Dpython=disabled -Dcuda=enabled >build/log/cuda.setup
  rm -rf $folder/lib/cuda/libnumrs_cuda.so.p/*.cu.o # ccache has them, with what ptxas said
  check 'the plug-in compiles' sh -c "ninja -C $folder lib/cuda/libnumrs_cuda.so >build/log/cuda.ptxas 2>&1 || { tail -n 40 build/log/cuda.ptxas; false; }"
  check 'kernels do not spill registers' python3 tests/cuda/spills.py build/log/cuda.ptxas
  check 'one exported symbol' sh -c "[ \"\$(nm -D --defined-only $plugin | awk '\$2 != \"A\" {print \$3}')\" = numrs_plugin ]"
  check 'needs the C library only' sh -c "! readelf -d $plugin | grep NEEDED | grep -vE 'lib(c|m|dl|pthread|rt)\.so|ld-linux'"
  size=$(stat -c %s $plugin)
  check 'at most 3 MB' [ "$size" -le 3145728 ] # some 960 kernels; 0.7 MB are the runtime
  toolkit=$(dirname "$(dirname "$(readlink -f "$(command -v nvcc)")")")
  check 'what is declared of cuBLASLt is what its header says' ${CXX:-c++} -std=c++17 -fsyntax-only -Ilib -Iinclude -isystem "$toolkit/include" tests/cuda/headers.cc
  ${CXX:-c++} -std=c++17 -O1 -Ilib -Iinclude tests/cuda/probe.cc -o $folder/probe -ldl
  check 'the plug-in opens' sh -c "$folder/probe $plugin >build/log/cuda.probe"
  cat build/log/cuda.probe
  check 'it opens in 2 ms' sh -c "for i in 1 2 3 4 5 6 7 8 9; do $folder/probe $plugin; done | sed -n 's/^ms //p' | sort -n | awk 'NR == 5 {exit !(\$1 <= 2)}'"
  check 'a library of another version is refused with both numbers' sh -c "$folder/probe $plugin wrong | grep -E 'interface [0-9]+ .*the library has [0-9]+'"
  if grep -q '^devices 0' build/log/cuda.probe; then
    check 'no device: the reason is said in words' grep -E '^why .*(driver|GPU|CUDA)' build/log/cuda.probe
  else
    figure "devices: $(sed -n 's/^devices //p' build/log/cuda.probe)"
  fi
  figure "plug-in $((size / 1024)) KiB, dlopen $(sed -n 's/^ms //p' build/log/cuda.probe) ms"
fi
