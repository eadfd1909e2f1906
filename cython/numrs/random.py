"""Random numbers: the same bits for the same seed on every backend, instruction set and number of threads."""

from numrs._ops.random_generator import Generator, default_rng

__all__ = ["Generator", "default_rng"]
