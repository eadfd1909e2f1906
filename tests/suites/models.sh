# Model files, event files and ONNX against the packages that others read them with; they have an environment of their own.
. tools/bootstrap.sh
tools=$PWD/build/venv-models
sum=$(digest tools/requirements/models.txt)
if ! stamped "$tools/stamp" "$sum"; then
  rm -rf "$tools"
  python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: --target "$tools" -r tools/requirements/models.txt
  echo "$sum" >"$tools/stamp"
fi
PYTHONPATH=$tools pytests tests/python/test_io.py tests/python/test_model.py tests/python/test_model_files.py tests/python/test_model_export.py tests/python/test_callbacks.py
