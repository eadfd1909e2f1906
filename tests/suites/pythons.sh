# The wheel builds and imports with every supported Python found here.
for version in 3.11 3.12 3.13 3.14; do
  if have "python$version" && "python$version" -c 'import venv' 2>/dev/null; then
    folder=build/venv-$version
    "python$version" -m venv --clear "$folder"
    "$folder/bin/python" -m pip install --quiet .
    check "$version" "$folder/bin/python" -c 'import numrs; assert (numrs.add([1.0], [2.0]) == 3.0).all()'
  else
    echo "python$version is not here"
  fi
done
