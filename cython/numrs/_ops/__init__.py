"""The Cython layer: ndarray in, one C call, ndarray out. Public names are re-exported by numrs."""
