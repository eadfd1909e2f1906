"""What people train on as Tensors: ndarrays, lists, tables, checked and converted once, before the first step."""

import numbers
import operator

import numpy as np

import numrs
from numrs import Tensor

# Kinds of tables whose columns are taken one by one; anything else with to_numpy is asked for it.
_REFUSED = (str, bytes, bytearray, dict, set, frozenset, numbers.Number, type(None))


class Named:
    """Rows of several inputs, by the names of the parameters of the network's forward."""

    def __init__(self, parts):
        self.parts = parts

    def __len__(self):
        return len(next(iter(self.parts.values())))

    def __getitem__(self, key):
        return Named({name: part[key] for name, part in self.parts.items()})

    @property
    def shape(self):
        """Rows, and the shape of a row of each input."""
        return (len(self), *((name, *part.shape[1:]) for name, part in self.parts.items()))

    @property
    def nbytes(self):
        return sum(part.nbytes for part in self.parts.values())

    def take(self, places):
        """Rows by their numbers."""
        return Named({name: numrs.take(part, places, axis=0) for name, part in self.parts.items()})


def is_there(rows, device):
    """Are rows, or those of all inputs, on a device? None is everywhere."""
    if rows is None:
        return True
    return all([part.device == device for part in rows.parts.values()]) if type(rows) is Named else rows.device == device


def there(rows, device):
    """Rows on a device; None stays None."""
    if is_there(rows, device):
        return rows
    return Named({name: part.to(device) for name, part in rows.parts.items()}) if type(rows) is Named else rows.to(device)


def call(network, x):
    """What a network gives for rows."""
    return network(**x.parts) if type(x) is Named else network(x)


def whole(function, name, value, least):
    """An int of at least that much."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{function}: {name} is of type bool, expected an int")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{function}: {name} is of type {type(value).__name__}, expected an int") from None
    if number < least:
        raise ValueError(f"{function}: {name} is {number}, expected {least} or more")
    return number


def array_of(value, function, name):
    """A Tensor over the memory of the argument where it can be, else over a copy; at least one dimension."""
    if isinstance(value, Tensor):
        t = value.detach()
    else:
        if isinstance(value, np.ma.MaskedArray):
            raise TypeError(f"{function}: {name} is a masked array; fill it first")
        if isinstance(value, _REFUSED):
            raise TypeError(f"{function}: {name} is of type {type(value).__name__}, expected an array, a list or a table")
        if not isinstance(value, np.ndarray):
            value = _plain(value, function, name)
        if value.dtype.kind not in "biuf":
            raise TypeError(f"{function}: {name} has dtype {value.dtype}, expected numbers")
        t = numrs.from_numpy(value if value.dtype.isnative else value.astype(value.dtype.newbyteorder("=")))
    if t.dtype.kind == "c":
        raise TypeError(f"{function}: {name} has dtype {t.dtype}, expected real numbers")
    if t.ndim == 0:
        raise ValueError(f"{function}: {name} has no rows: its shape is ()")
    return t


def _plain(value, function, name):
    if hasattr(value, "column_names") and hasattr(value, "columns"):  # a table of Arrow
        return np.column_stack([np.asarray(column) for column in value.columns])
    if hasattr(value, "to_numpy"):
        return np.asarray(value.to_numpy())
    if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
        return numrs.from_dlpack(value).numpy()
    if isinstance(value, (list, tuple)) and value and any(isinstance(part, Tensor) for part in value):
        return np.stack([part.cpu().numpy() if isinstance(part, Tensor) else np.asarray(part) for part in value])
    try:
        found = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise ValueError(f"{function}: {name} is no array: {error}") from None
    if found.dtype == object:
        raise TypeError(f"{function}: {name} is of type {type(value).__name__}, expected an array, a list or a table of numbers")
    return found


def inputs_of(value, function, name, dtype, keep_whole_numbers=False):
    """Rows of a network's input: floating point in its dtype; whole numbers stay where it looks them up. A dict is several inputs."""
    if type(value) is Named:
        return value
    if isinstance(value, dict):
        if not value:
            raise ValueError(f"{function}: {name} is an empty dict, expected inputs by their names")
        parts = {str(key): inputs_of(part, function, f"{name}[{key!r}]", dtype, keep_whole_numbers) for key, part in value.items()}
        for key, part in parts.items():
            if type(part) is Named:
                raise TypeError(f"{function}: {name}[{key!r}] is of type dict, expected an array, a list or a table")
        rows_agree(function, empty=True, **{f"{name}[{key!r}]": part for key, part in parts.items()})
        return Named(parts)
    x = array_of(value, function, name)
    if x.dtype.kind in "iu" and keep_whole_numbers:
        return x
    return x if x.dtype == dtype else numrs.astype(x, dtype)


def targets_of(value, function, name, dtype, labels):
    """Targets: floating point in the dtype of the network; whole numbers stay for a loss that takes them as classes."""
    y = array_of(value, function, name)
    if labels and y.dtype.kind in "biu":
        return numrs.astype(y, "int64")
    return y if y.dtype == dtype else numrs.astype(y, dtype)


def fitting(y, shape, function, name, labels):
    """Targets of the outputs' number of dimensions where they stand for one column, or classes without their own axis.

    `shape` is what the network gives for the rows of the targets, without them.
    """
    own = tuple(y.shape[1:])
    if labels and y.dtype.kind in "iu":
        if own == shape and shape and shape[-1] > 1:
            return numrs.astype(y, "float32")  # one-hot
        if own == (1,) and len(shape) == 1 and shape[0] > 1:
            return y.reshape(len(y))
        if len(own) == len(shape) - 1:  # sequences of classes are the loss's to check
            return y
        raise ValueError(f"{function}: {name} has shape {tuple(y.shape)} of classes, the network gives {(len(y), *shape)}")
    if own == shape:
        return y
    if y.size == len(y) * int(np.prod(shape)) and {own, shape} <= {(), (1,)}:
        return y.reshape((len(y), *shape))
    raise ValueError(f"{function}: {name} has shape {tuple(y.shape)}, the network gives {(len(y), *shape)}")


def rows_agree(function, empty=False, **named):
    """Arrays that are not None have as many rows as the first, at least one."""
    first, rows = None, 0
    for name, value in named.items():
        if value is None:
            continue
        if first is None:
            first, rows = name, len(value)
            if rows == 0 and not empty:
                raise ValueError(f"{function}: {name} is empty, its shape is {tuple(value.shape)}")
        elif len(value) != rows:
            raise ValueError(f"{function}: {name} has {len(value)} rows, {first} has {rows}")
    return rows


def weights_of(sample_weight, class_weight, y, function, dtype, name="sample_weight", y_name="y"):
    """One weight for each row, or None."""
    if sample_weight is None and class_weight is None:
        return None
    weights = None
    if sample_weight is not None:
        weights = array_of(sample_weight, function, name)
        if weights.ndim == 2 and weights.shape[1] == 1:
            weights = weights.reshape(len(weights))
        if weights.ndim != 1:
            raise ValueError(f"{function}: {name} has shape {tuple(weights.shape)}, expected one number for each row")
        rows_agree(function, **{y_name: y, name: weights})
        weights = numrs.astype(weights, dtype)
        if not bool(numrs.all(numrs.isfinite(weights))) or bool(numrs.any(weights < 0)):
            raise ValueError(f"{function}: {name} has negative or infinite numbers or NaN in it")
    if class_weight is not None:
        if not hasattr(class_weight, "items"):
            raise TypeError(f"{function}: class_weight is of type {type(class_weight).__name__}, expected a dict of classes and weights")
        plain = y.cpu().numpy()
        if plain.ndim == 2 and plain.shape[1] > 1:
            plain = plain.argmax(axis=1)
        plain = plain.reshape(len(plain), -1)
        if plain.shape[1] != 1:
            raise ValueError(f"{function}: class_weight needs one class for each row, {y_name} has shape {tuple(y.shape)}")
        plain = plain[:, 0]
        factors = np.ones(len(plain), dtype)
        for label, weight in class_weight.items():
            number = float(weight)
            if not 0 <= number < float("inf"):
                raise ValueError(f"{function}: class_weight[{label!r}] is {weight!r}, expected a number of 0 or more")
            factors[plain == label] = number
        factors = numrs.from_numpy(factors)
        weights = factors if weights is None else weights * factors.to(weights.device)
    return weights


def split_of(validation_split, rows, function):
    """Number of rows in front of the part that is held out."""
    part = float(validation_split)
    if not 0 <= part < 1:
        raise ValueError(f"{function}: validation_split is {validation_split!r}, expected 0 up to but not 1")
    cut = int(rows * (1 - part))
    if part and (cut < 1 or cut >= rows):
        raise ValueError(f"{function}: validation_split of {validation_split!r} leaves {cut} of {rows} rows for training and {rows - cut} "
                         "for validation")  # fmt: skip
    return cut
