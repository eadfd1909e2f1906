# meson setup && meson install without Python: pkg-config and CMake clients find the library.
configure build/plain -Dpython=disabled --prefix="$PWD/build/prefix" --libdir=lib
rm -rf build/prefix
meson install -C build/plain
prefix=$PWD/build/prefix
for file in lib/libnumrs.so lib/libnumrs.so.1 include/numrs/numrs.h lib/pkgconfig/numrs.pc lib/cmake/numrs/numrs-config.cmake; do
  check "$file" test -e "$prefix/$file"
done
export LD_LIBRARY_PATH="$prefix/lib"
small_clients "$prefix/lib/pkgconfig"
