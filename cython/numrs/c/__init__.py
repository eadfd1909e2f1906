"""Declarations of the C headers for Cython: ``from numrs.c.raw cimport numrs_add_f32``. No Python names."""
