"""The libraries that numrs is measured against: how each takes an array and how it is held to a number of threads. No cases here."""

import importlib
import os

import numpy as np

NAMES = ("numpy", "scipy", "torch", "jax", "numexpr", "bottleneck", "polars", "pandas", "onnxruntime", "sklearn")
_DISTRIBUTIONS = {name: name for name in NAMES} | {"sklearn": "scikit-learn"}


def limit_threads_by_environment(threads):
    """Must run before a peer is imported: most read their thread counts once."""
    for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "POLARS", "VECLIB"):
        variable = {"POLARS": "POLARS_MAX_THREADS"}.get(name, f"{name}_NUM_THREADS")
        os.environ.setdefault(variable, str(threads))
    if threads == 1:
        flags = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        os.environ.setdefault("XLA_FLAGS", flags)
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")


class Peer:
    """One library: its module and how an ndarray becomes its own array (a copy, allocated by the library)."""

    def __init__(self, name, module, version, to_own):
        self.name, self.module, self.version, self.own = name, module, version, to_own


def _load(name):
    module = importlib.import_module(name)
    version = importlib.import_module("importlib.metadata").version(_DISTRIBUTIONS[name])
    if name == "torch":
        return Peer(name, module, version, lambda a: module.tensor(np.ascontiguousarray(a)))
    if name == "jax":
        jnp = importlib.import_module("jax.numpy")
        return Peer(name, module, version, lambda a: jnp.array(a))
    if name == "polars":
        return Peer(name, module, version, lambda a: module.Series(a))
    if name == "pandas":
        return Peer(name, module, version, lambda a: module.Series(a))
    return Peer(name, module, version, lambda a: a.copy())


def load(wanted, threads):
    """Peers that are installed, by name, and the names of those that are not."""
    found, missing = {}, []
    for name in wanted:
        try:
            found[name] = _load(name)
        except ImportError:
            missing.append(name)
    if "torch" in found:
        found["torch"].module.set_num_threads(threads)
    if "numexpr" in found:
        found["numexpr"].module.set_num_threads(threads)
    return found, missing
