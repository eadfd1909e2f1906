# Doxygen finds every declaration of the C headers described, and nothing to warn of.
if have doxygen; then
  mkdir -p build/doxygen
  check doxygen doxygen docs/Doxyfile
else
  skip doxygen 'not here: doxygen (Debian: apt-get install doxygen)'
fi
