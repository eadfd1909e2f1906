"""Type in, type out: every public function gives Tensors for Tensors, with the numbers that it gives for ndarrays."""

import inspect

import numpy as np
import numrs
import pytest
from array_api_support import plain

FLOATS = np.array([[3.0, 1.0, 2.5], [0.5, 4.0, 1.5], [2.0, 0.25, 0.75]])
UNIT = FLOATS / 8
INTEGERS = np.array([[3, 1, 2], [0, 4, 1], [2, 5, 6]])
LINE = np.array([1.0, 4.0, 2.0, 8.0, 5.0, 7.0, 3.0])
KEYS = np.array([0, 1, 0, 2, 1, 0, 2])
OTHER = LINE[::-1].copy()

# Functions that take no arrays, or make tensors of anything.
NOT_OF_ARRAYS = set(
    "Tensor asarray from_dlpack from_numpy arange linspace logspace empty zeros ones full eye identity broadcast_shapes "
    "detect_simd_support device get_backend get_cpu_info "
    "get_device get_devices get_include get_library_dir get_num_threads list_backends set_backend set_device set_num_threads show_config "
    "current_stream simd_info stream synchronize "
    "time_windows empty_like".split()
)
NOT_ARRAYS_OUT = {"allclose", "array_equal", "can_cast", "finfo", "iinfo", "isdtype", "result_type", "put_along_axis"}
INTEGER_ONLY = {name for name in dir(numrs) if name.startswith("bitwise_")}
UNIT_ONLY = {"acos", "asin", "atanh", "erfinv", "logit"}

# Arguments behind the first, where they have to be there, or all of them in a tuple that begins with the array.
ARGUMENTS = {
    "acosh": (FLOATS + 1,),
    "append": (FLOATS, FLOATS),
    "argpartition": (LINE, 2),
    "array_split": (LINE, 3),
    "astype": (FLOATS, np.float32),
    "average": (FLOATS,),
    "broadcast_arrays": (FLOATS, LINE[:3]),
    "broadcast_to": (LINE, (2, 7)),
    "concat": ([FLOATS, FLOATS],),
    "concatenate": ([FLOATS, FLOATS],),
    "corr": (LINE, OTHER),
    "cov": (LINE, OTHER),
    "einsum": ("ij,kj->ik", FLOATS, FLOATS),
    "expand_dims": (FLOATS, 1),
    "fma": (FLOATS, FLOATS, FLOATS),
    "full_like": (FLOATS, 3),
    "gradient": (FLOATS,),
    "group_quantile": (LINE, KEYS, 0.5),
    "hsplit": (FLOATS, 3),
    "vsplit": (FLOATS, 3),
    "hstack": ([FLOATS, FLOATS],),
    "interp": (UNIT, np.array([0.0, 1.0]), np.array([2.0, 4.0])),
    "kendall": (LINE, OTHER),
    "matmul": (FLOATS, FLOATS),
    "meshgrid": (LINE, OTHER),
    "moment": (FLOATS,),
    "expanding_quantile": (LINE, 0.5),
    "moveaxis": (FLOATS, 0, 1),
    "pad": (FLOATS, 2),
    "partition": (LINE, 2),
    "percentile": (FLOATS, 30.0),
    "nanpercentile": (FLOATS, 30.0),
    "permute_dims": (FLOATS, (1, 0)),
    "quantile": (FLOATS, 0.3),
    "nanquantile": (FLOATS, 0.3),
    "repeat": (FLOATS, 2),
    "reshape": (FLOATS, (9,)),
    "roll": (FLOATS, 1),
    "rolling_apply": (LINE, 3, lambda window: window.sum()),
    "rolling_corr": (LINE, OTHER, 3),
    "rolling_cov": (LINE, OTHER, 3),
    "rolling_quantile": (LINE, 3, 0.5),
    "searchsorted": (np.sort(LINE), OTHER),
    "spearman": (LINE, OTHER),
    "split": (LINE, 7),
    "squeeze": (FLOATS[None], 0),
    "stack": ([FLOATS, FLOATS],),
    "swapaxes": (FLOATS, 0, 1),
    "take": (LINE, KEYS),
    "take_along_axis": (FLOATS, INTEGERS[:, :1] % 3),
    "theilslopes": (LINE,),
    "tile": (FLOATS, (2, 2)),
    "top_k": (LINE, 2),
    "topk": (LINE, 2),
    "vstack": ([FLOATS, FLOATS],),
    "where": (INTEGERS > 2, FLOATS, FLOATS),
}


def functions():
    for module in (numrs, numrs.stats):
        for name in module.__all__:
            function = getattr(module, name)
            if (
                not callable(function)
                or isinstance(function, type)
                or name in NOT_OF_ARRAYS | NOT_ARRAYS_OUT
                or inspect.ismodule(function)
            ):
                continue
            yield pytest.param(name, function, id=f"{module.__name__}.{name}")


def arguments(name, function):
    """Example arguments, ndarrays where arrays go."""
    if name in ARGUMENTS:
        return ARGUMENTS[name]
    first = INTEGERS if name in INTEGER_ONLY else UNIT if name in UNIT_ONLY else FLOATS
    if name.startswith(("rolling_", "expanding_", "ewm", "fill_", "lag", "pct_change", "cum")):
        first = LINE
    parameters = list(inspect.signature(function).parameters.values())
    given = []
    for parameter in parameters:
        if parameter.default is not inspect.Parameter.empty or parameter.kind == inspect.Parameter.KEYWORD_ONLY:
            break
        if parameter.name in ("x", "x1", "y"):
            given.append(LINE if "keys" in [p.name for p in parameters] else first)
        elif parameter.name == "x2":
            given.append(OTHER if first is LINE else first)
        elif parameter.name == "keys":
            given.append(KEYS)
        elif parameter.name == "window":
            given.append(3)
        else:
            raise AssertionError(f"{name}: what is {parameter.name}? add a line to ARGUMENTS")
    return tuple(given)


def tensors(x):
    if isinstance(x, np.ndarray):
        return numrs.from_numpy(x)
    return [tensors(part) for part in x] if isinstance(x, list) else x


def assert_tensors(got, wanted, name):
    if isinstance(wanted, (tuple, list)):
        assert type(got) is type(wanted), name
        for one, other in zip(got, wanted, strict=True):
            assert_tensors(one, other, name)
        return
    assert isinstance(got, numrs.Tensor), f"{name} gave a {type(got).__name__} for tensors"
    wanted = np.asarray(wanted)
    assert got.shape == wanted.shape and got.dtype == wanted.dtype, name
    np.testing.assert_array_equal(plain(got), wanted, err_msg=name)


@pytest.mark.parametrize(("name", "function"), list(functions()))
def test_tensors_in_tensors_out(name, function):
    given, named = arguments(name, function), {"alpha": 0.5} if name.startswith("ewm") else {}
    wanted = function(*given, **named)
    for one in wanted if isinstance(wanted, (tuple, list)) else (wanted,):
        assert isinstance(one, (np.ndarray, np.generic)), f"{name} gave a {type(one).__name__} for ndarrays"
    assert_tensors(function(*map(tensors, given), **named), wanted, name)


@pytest.mark.parametrize("name", ["allclose", "array_equal"])
def test_python_bools_out(name):
    assert getattr(numrs, name)(tensors(FLOATS), FLOATS) is True


@pytest.mark.parametrize("name", ["sort", "matmul", "median", "add", "sum", "concat", "cumulative_sum"])
def test_mixed_arguments_and_lists(name):
    function = getattr(numrs, name)
    if name in ("matmul", "add"):
        assert isinstance(function(tensors(FLOATS), FLOATS), numrs.Tensor)
        assert isinstance(function(FLOATS, tensors(FLOATS)), numrs.Tensor)
        assert isinstance(function(FLOATS.tolist(), FLOATS.tolist()), np.ndarray)
    elif name == "concat":
        assert isinstance(function([FLOATS, tensors(FLOATS)]), numrs.Tensor)
        assert isinstance(function([[1.0], [2.0]]), np.ndarray)
    else:
        assert not isinstance(function([1.0, 2.0]), numrs.Tensor)


def test_out_comes_back():
    out = numrs.zeros((3, 3))
    assert numrs.matmul(tensors(FLOATS), tensors(FLOATS), out=out) is out
    np.testing.assert_array_equal(out.numpy(), FLOATS @ FLOATS)
    plain_out = np.zeros((3, 3))
    assert numrs.matmul(tensors(FLOATS), FLOATS, out=plain_out) is plain_out
    assert numrs.einsum("ij,jk->ik", tensors(FLOATS), FLOATS, out=out) is out


def test_signatures_survive():
    for name in ("sort", "median", "rolling_mean", "concat", "take"):
        assert "args" not in inspect.signature(getattr(numrs, name)).parameters
        assert getattr(numrs, name).__name__ == name
