# Instructions of a call, counted by callgrind, against those in bench/results/calls.jsonl: the way to a kernel stays short.
if ! have valgrind; then
  skip calls 'not here: valgrind (Debian: apt-get install valgrind)'
else
  meson configure build/wheel -Dbench=true
  ninja -C build/wheel bench/bench_calls
  python tests/suites/calls.py build/wheel/bench/bench_calls >build/log/calls.out && status=0 || status=$?
  cat build/log/calls.out
  if [ $status = 77 ]; then
    skip calls "$(tail -n 1 build/log/calls.out)"
  else
    count $(sed -n 's/^calls: //p' build/log/calls.out | grep . || echo 0 1 0)
    figure "$(sed -n 's/^above: //p' build/log/calls.out)"
  fi
fi
