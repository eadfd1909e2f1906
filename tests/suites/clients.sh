# Programs in many languages against the installed wheel: tests/clients/table.txt has a line for each, expected.txt what all
# print; and the ten-line programs, the examples of the documents, a program that brings threads and memory. Quick runs what
# this machine has tools for and promises no more, so there a missing tool is skipped even under --strict; full installs all
# of them (tools/apt-full.txt), and there --strict counts it as failed.
pkgconfig=$(numrs config --pkgconfigdir)
small_clients "$pkgconfig"

export PKG_CONFIG_PATH="$pkgconfig" src=tests/clients out libdir cflags libs
cflags=$(pkg-config --cflags numrs)
libs=$(pkg-config --libs numrs)
libdir=$(numrs config --libdir)
[ "$NUMRS_TEST_TIER" != quick ] || NUMRS_STRICT=0
for compiler in g++ clang++-19; do # the tests of numrs.hpp are C++ tests; here its warnings, as strict as a user may be
  have $compiler || continue
  check "numrs.hpp, $compiler" sh -euc "echo '#include <numrs/numrs.hpp>' >build/clients/hpp.cc
    $compiler -std=c++17 -pedantic -Wall -Wextra -Wconversion -Wshadow -Wold-style-cast -Werror -fsyntax-only build/clients/hpp.cc $cflags"
done
rm -rf build/clients/examples
python tools/c_docs.py --examples build/clients/examples
for source in build/clients/examples/*; do # of the headers and the guide
  case $source in *.cpp) compile="${CXX:-c++} -std=c++17" ;; *) compile="${CC:-cc} -std=c99" ;; esac
  check "example ${source##*/}" sh -euc "$compile -pedantic -Wall -Wextra -Werror $source -o $source.out $cflags $libs; $source.out"
done
sed "s/@VERSION@/$(pkg-config --modversion numrs)/" $src/expected.txt >build/clients/expected.txt
check 'embedded in a program with its own threads and allocator' sh -euc "${CC:-cc} -std=c99 -pedantic -Wall -Wextra -Werror -pthread \
  $src/embed_pthread.c -o build/clients/embed_pthread $cflags $libs; build/clients/embed_pthread | diff $src/embed_pthread.txt -"

ran=0 unlisted=
sed -e '/^#/d' -e 's/ *| */|/g' $src/table.txt >build/clients/table
while IFS='|' read -r language needs packages compile run <&3; do
  for package in $packages; do
    grep -qx "$package" tools/apt-need.txt tools/apt-test.txt tools/apt-full.txt || unlisted="$unlisted $package"
  done
  if ! sh -c "$needs" >build/clients/needs 2>&1; then
    skip "$language" "not here: $needs (Debian: apt-get install $packages)"
    continue
  fi
  out=build/clients/$(echo "$language" | tr -c 'A-Za-z0-9+#\n' _)
  mkdir -p "$out"
  before=$failed
  check "$language" sh -euc "${compile:-:}; $run >\$out/lines; diff build/clients/expected.txt \$out/lines"
  [ $failed -gt "$before" ] || ran=$((ran + 1))
done 3<build/clients/table
check 'every package is in tools/apt-*.txt' test -z "$unlisted"
[ "$NUMRS_TEST_TIER" = quick ] || check 'twelve languages or more' test $ran -ge 12
figure "$ran languages"
