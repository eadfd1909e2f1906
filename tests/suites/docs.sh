# The examples in docstrings and in the documents run and print what they say.
python tests/suites/examples.py >build/log/examples.out 2>&1 || true
cat build/log/examples.out
count $(sed -n 's/^examples: //p' build/log/examples.out | grep . || echo 0 1 0)
