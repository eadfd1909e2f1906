"""Functions of arrays on devices, made of views, copies and the kernels that devices have: one for each name in FUNCTIONS. What
is missing there is NotImplementedError."""

FUNCTIONS: dict[str, object] = {}
