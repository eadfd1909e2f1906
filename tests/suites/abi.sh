# The binary interface against the frozen one in tests/abi, and the header under every compiler that is here.
library=$(numrs config --libdir)/libnumrs.so.1
headers=$(numrs config --includedir)
python tools/abi.py check "$library" >build/log/abi.out || true
cat build/log/abi.out
check symbols grep -q ' 0 removed' build/log/abi.out
check layout ${CC:-cc} -std=c99 -pedantic -Wall -Wextra -Werror -I"$headers" -c tests/abi/layout.c -o build/log/layout.o

# Every header compiles alone. tcc knows neither -pedantic nor C++.
for header in "$headers"/numrs/*.h; do
  file=${header##*/}
  for compiler in gcc clang-19 tcc; do
    have $compiler || continue
    case $compiler in tcc) modes='c99 c11' ;; *) modes='c99 c11 c++17' ;; esac
    for mode in $modes; do
      case $mode in c++*) language=c++ ;; *) language=c ;; esac
      flags='-Wall -Werror'
      [ $compiler = tcc ] || flags="-pedantic -Wall -Wextra -Werror -x $language"
      check "$file, $compiler, $mode" sh -euc "printf '#include <numrs/$file>\n' >build/log/header.c
        $compiler -std=$mode $flags -I'$headers' -c build/log/header.c -o build/log/header.o"
    done
  done
done

# A program compiled with the headers of ABI 1.0 runs on this library.
for client in add_sum; do
  check "old $client" sh -euc "${CC:-cc} -std=c99 -Itests/abi/1.0 tests/clients/$client.c -o build/log/old_$client -L'${library%/*}' -Wl,-rpath,'${library%/*}' -l:libnumrs.so.1
    build/log/old_$client | diff - tests/clients/add_sum.txt"
done
