# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""The generator of random numbers: what numrs.random offers, over the distributions of its base."""
import operator

import numpy as np
cimport numpy as cnp
from libc.stdint cimport int32_t
from numpy cimport ndarray

from numrs._ops._array cimport as_array, check
from numrs._ops._place cimport device_at
from numrs._ops._random cimport _result, first_of, place_of_draw, shape_of_size
from numrs._ops._storage cimport from_ndarray, moved
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed cimport plain_target
from numrs._ops.random_distributions cimport Distributions
from numrs.c cimport ops
from numrs.c.ops cimport NUMRS_F64, NUMRS_I64
from numrs.c.random cimport numrs_random_jump

from numrs._ops._random import _words

cnp.import_array()


def _restored(state):
    """A Generator from its pickled state."""
    cdef Generator made = Generator.__new__(Generator)
    made.set(state)
    return made


def default_rng(seed=None, /):
    """A generator of random numbers: the same seed gives the same numbers for every backend and number of threads.

    Parameters
    ----------
    seed : int, sequence of ints, numpy.random.SeedSequence, Generator or None
        Integers of any size, 0 or more. None: entropy of the operating system. A Generator is returned as it is.

    Returns
    -------
    Generator

    Raises
    ------
    ValueError, TypeError
        For a negative seed, or one of another type.

    Examples
    --------
    >>> numrs.random.default_rng(42).integers(0, 10, 5).shape
    (5,)
    """
    return seed if isinstance(seed, Generator) else Generator(seed)


cdef int _axis(str name, object axis, int ndim) except -1:
    cdef int found
    if isinstance(axis, (bool, np.bool_)):
        raise TypeError(f"{name}: axis is of type bool, expected an int")
    try:
        place = operator.index(axis)
    except TypeError:
        raise TypeError(f"{name}: axis is of type {type(axis).__name__}, expected an int") from None
    if not -ndim <= place < ndim:
        raise np.exceptions.AxisError(f"{name}: axis is {place}, expected {-ndim} to {ndim - 1}")
    found = place
    return found + ndim if found < 0 else found


cdef object _probabilities(object p, object n):
    """p of choice, checked."""
    try:
        chances = np.asarray(p, np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"choice: p is of type {type(p).__name__}, expected numbers") from None
    if chances.shape != (n,):
        raise ValueError(f"choice: p has shape {chances.shape}, expected ({n},), one for each of a")
    if not (chances >= 0).all():
        raise ValueError("choice: p has negative numbers or NaN in it")
    if not abs(chances.sum() - 1) <= 1.5e-8:
        raise ValueError(f"choice: p sums to {chances.sum()}, expected 1")
    return chances


cdef class Generator(Distributions):
    """Random numbers from a counter: `default_rng` makes one.

    A draw takes the next piece of a stream that a key names; element i of it depends on the key, the place in the
    stream and i only. Draws of several threads from one generator never repeat each other's numbers. Copies,
    pickles and `state` go on where the original stands.

    Examples
    --------
    >>> numrs.random.default_rng(1)
    Generator(Philox4x32)
    """

    def __init__(self, seed=None, /):
        self.seed(_words(seed))

    def __repr__(self):
        return "Generator(Philox4x32)"

    def __reduce__(self):
        return _restored, (self.get(),)

    def __copy__(self):
        return _restored(self.get())

    def __deepcopy__(self, memo):
        return _restored(self.get())

    @property
    def state(self):
        """The state as a dict of plain numbers, which can be set."""
        return self.get()

    @state.setter
    def state(self, value):
        self.set(value)

    def spawn(self, n_children, /):
        """Generators of streams of their own, for parallel work.

        Parameters
        ----------
        n_children : int
            How many. Later calls give others.

        Returns
        -------
        list of Generator

        Examples
        --------
        >>> len(numrs.random.default_rng(7).spawn(3))
        3
        """
        cdef Generator child
        count = operator.index(n_children)
        if not 0 <= count < 1 << 32:
            raise ValueError(f"spawn: n_children is {count}, expected 0 or more")
        first = self.take_children(count)
        children = []
        for number in range(first, first + count):
            child = Generator.__new__(Generator)
            child.seed([self.state.key[0], self.state.key[1], self.state.counter[1], number])
            children.append(child)
        return children

    def jumped(self, jumps=1):
        """A generator that stands 2^64 blocks of 128 bits further on, as many times as said.

        Parameters
        ----------
        jumps : int
            0 to 2^32 - 1.

        Returns
        -------
        Generator

        Examples
        --------
        >>> numrs.random.default_rng(7).jumped()
        Generator(Philox4x32)
        """
        cdef Generator made = Generator.__new__(Generator)
        count = operator.index(jumps)
        if not 0 <= count < 1 << 32:
            raise ValueError(f"jumped: jumps is {count}, expected 0 to 2**32 - 1")
        made.copy_from(self)
        check(numrs_random_jump(&made.state, count), "jumped")
        return made

    def choice(self, a, size=None, replace=True, p=None, axis=0, shuffle=True, *, device=None):
        """Elements of an array, or of ``0 … a - 1``.

        Parameters
        ----------
        a : array_like or int
            What to choose from.
        size : int or tuple of ints, optional
            Shape of the result along axis; None: one element.
        replace : bool
            Whether an element may be chosen again.
        p : array_like, optional
            Probabilities; they sum to 1. Without replacement each element is chosen by the probabilities of those left.
        axis : int
            Axis of a to choose along.
        shuffle : bool
            Accepted as in NumPy: a choice without replacement is in random order whatever it says.
        device : str or Device, optional
            Where the result is; that of a, else the CPU.

        Raises
        ------
        ValueError
            For more elements than there are without replacement, nothing to choose from, or wrong probabilities.

        Examples
        --------
        >>> sorted(numrs.random.default_rng(7).choice(3, 3, replace=False).tolist())
        [0, 1, 2]
        """
        cdef int along = 0
        cdef int32_t place = place_of_draw("choice", device, None, a, None)
        for flag, value in (("replace", replace), ("shuffle", shuffle)):
            if not isinstance(value, (bool, np.bool_)):
                raise TypeError(f"choice: {flag} is of type {type(value).__name__}, expected a bool")
        try:
            n, source = operator.index(a), None
        except TypeError:
            source = a if isinstance(a, Tensor) and (<Tensor>a).place > 0 else np.asarray(a)
            if source.ndim == 0:
                raise TypeError(f"choice: a is of type {type(a).__name__}, expected an array or an int") from None
            along = _axis("choice", axis, source.ndim)
            n = source.shape[along]
        extents = shape_of_size("choice", size, None)
        count = 1
        for extent in extents or ():
            count *= extent
        if n < 1 and (n < 0 or count > 0):
            raise ValueError(f"choice: a has {n} elements, expected at least 1")
        chances = None if p is None else _probabilities(p, n)
        if count == 0:
            places = np.empty(extents, np.int64)
        elif replace and chances is None:
            places = self.draw(ops.NUMRS_OP_RANDOM_INTEGERS, "choice", extents or (), NUMRS_I64, None, 0, n - 1)
        elif replace:
            sums = np.cumsum(chances)
            sums /= sums[n - 1]
            u = self.draw(ops.NUMRS_OP_RANDOM_UNIFORM, "choice", extents or (), NUMRS_F64, None, 0.0, 1.0)
            places = np.asarray(np.searchsorted(sums, u, side="right"))
        else:
            if count > n:
                raise ValueError(f"choice: size is {count}, expected at most {n} without replacement")
            if chances is None:
                places = self.permutations("choice", (n,), 0)[:count].copy()
            else:
                if np.count_nonzero(chances) < count:
                    raise ValueError(f"choice: p has {np.count_nonzero(chances)} numbers above 0, expected {count}")
                # The order of exponential numbers divided by the chances is that of draws one after the other
                # (Efraimidis and Spirakis 2006).
                waits = self.draw(ops.NUMRS_OP_RANDOM_EXPONENTIAL, "choice", (n,), NUMRS_F64, None, 1.0)
                with np.errstate(divide="ignore", invalid="ignore"):
                    waits = np.where(chances > 0, waits / chances, np.inf)
                places = np.argsort(waits, kind="stable")[:count]
            places = places.reshape(extents or ())
        if place > 0:  # the places are drawn on the CPU
            chosen = moved(from_ndarray(places, True), place)
            if source is None:
                return chosen
            import numrs
            if not isinstance(source, Tensor):
                source = moved(from_ndarray(as_array(source, "choice", "a"), False), place)
            return numrs.take(source, chosen, axis=along)
        if source is None:
            return _result(<ndarray>places)
        made = source.take(places, axis=along)
        return _result(<ndarray>made) if isinstance(made, np.ndarray) else made

    def permutation(self, x, axis=0, *, device=None):
        """A copy of x with its elements along axis in random order, or ``0 … x - 1`` in random order.

        Parameters
        ----------
        x : array_like or int
            Slices along axis stay as they are.
        axis : int
            Axis to reorder.
        device : str or Device, optional
            Where the result is; that of x, else the CPU.

        Examples
        --------
        >>> sorted(numrs.random.default_rng(7).permutation(4).tolist())
        [0, 1, 2, 3]
        """
        cdef int32_t place = place_of_draw("permutation", device, None, x, None)
        try:
            n = operator.index(x)
        except TypeError:
            source = x if isinstance(x, Tensor) and (<Tensor>x).place > 0 else np.asarray(x)
            if source.ndim == 0:
                raise TypeError(f"permutation: x is of type {type(x).__name__}, expected an array or an int") from None
            along = _axis("permutation", axis, source.ndim)
            if place > 0:
                import numrs
                places = self.permutations_on(place, "permutation", (source.shape[along],), 0)
                return numrs.take(source if isinstance(source, Tensor) else
                                  moved(from_ndarray(as_array(source, "permutation", "x"), False), place), places, axis=along)
            places = self.permutations("permutation", (source.shape[along],), 0)
            return _result(<ndarray>source.take(places, axis=along))
        if place > 0:
            return self.permutations_on(place, "permutation", shape_of_size("permutation", n, None), 0)
        return _result(self.permutations("permutation", shape_of_size("permutation", n, None), 0))

    def shuffle(self, x, axis=0):
        """Reorder x in place along axis; slices along it stay as they are.

        Parameters
        ----------
        x : ndarray or mutable sequence
            What is reordered.
        axis : int
            Axis to reorder; 0 for a sequence.

        Raises
        ------
        ValueError
            For a read-only array.

        Examples
        --------
        >>> cards = [1, 2, 3]
        >>> numrs.random.default_rng(7).shuffle(cards)
        >>> sorted(cards)
        [1, 2, 3]
        """
        if isinstance(x, Tensor) and (<Tensor>x).place > 0:
            if x.ndim == 0:
                raise TypeError("shuffle: x has no dimensions, expected at least one")
            along = _axis("shuffle", axis, x.ndim)
            x[...] = self._reordered("shuffle", x, along)
            return
        x = plain_target(x)
        if isinstance(x, np.ndarray):
            if not x.flags.writeable:
                raise ValueError("shuffle: x is read-only")
            if x.ndim == 0:
                raise TypeError("shuffle: x has no dimensions, expected at least one")
            along = _axis("shuffle", axis, x.ndim)
            places = self.permutations("shuffle", (x.shape[along],), 0)
            x[...] = x.take(places, axis=along)
            return
        if not hasattr(x, "__setitem__") or not hasattr(x, "__len__") or isinstance(x, dict):
            raise TypeError(f"shuffle: x is of type {type(x).__name__}, expected an ndarray or a mutable sequence")
        _axis("shuffle", axis, 1)
        x[:] = [x[k] for k in self.permutations("shuffle", (len(x),), 0).tolist()]

    cdef object _reordered(self, str name, Tensor x, int along):
        """A tensor of a device, reordered along an axis."""
        import numrs
        return numrs.take(x, self.permutations_on(x.place, name, (x.view.shape[along],), 0), axis=along)

    def permuted(self, x, *, axis=None, out=None):
        """A copy of x whose lines along axis are reordered each in its own way.

        Parameters
        ----------
        x : array_like
            Numbers of any dtype.
        axis : int, optional
            None: all elements change places.
        out : ndarray, optional
            Receives the result; may be x.

        Examples
        --------
        >>> numrs.random.default_rng(7).permuted([[1, 2, 3], [4, 5, 6]], axis=1).sum(axis=1)
        array([ 6, 15])
        """
        cdef int32_t place = place_of_draw("permuted", None, out, x, None)
        if place > 0:
            return self._permuted_on(place, x, axis, out)
        source, given = np.asarray(x), out
        if out is not None:
            out = plain_target(out)
            if not isinstance(out, np.ndarray):
                raise TypeError(f"permuted: out is of type {type(out).__name__}, expected an ndarray")
            if out.shape != source.shape:
                raise ValueError(f"permuted: out has shape {out.shape}, expected {source.shape}")
            if not out.flags.writeable:
                raise ValueError("permuted: output array is read-only")
            if not np.can_cast(source.dtype, out.dtype, "same_kind"):
                raise TypeError(f"permuted: out has dtype {out.dtype}, to which {source.dtype} cannot be cast")
        if axis is None:
            made = source.reshape(-1)[self.permutations("permuted", (source.size,), 0)].reshape(source.shape)
        else:
            along = _axis("permuted", axis, source.ndim)
            made = np.take_along_axis(source, self.permutations("permuted", source.shape, along), axis=along)
        if out is None:
            return _result(<ndarray>made)
        out[...] = made
        return given

    cdef object _permuted_on(self, int32_t place, object x, object axis, object out):
        """permuted on a device."""
        import numrs
        if out is not None:
            out = first_of(out)
            if not isinstance(out, Tensor):
                raise TypeError(f"permuted: out is of type {type(out).__name__}, expected a Tensor on {device_at(place)}")
            if out.shape != x.shape:
                raise ValueError(f"permuted: out has shape {out.shape}, expected {x.shape}")
            if not np.can_cast(x.dtype, out.dtype, "same_kind"):
                raise TypeError(f"permuted: out has dtype {out.dtype}, to which {x.dtype} cannot be cast")
        if axis is None:
            made = numrs.take(x.reshape((-1,)), self.permutations_on(place, "permuted", (x.size,), 0), axis=0).reshape(x.shape)
        else:
            along = _axis("permuted", axis, x.ndim)
            made = numrs.take_along_axis(x, self.permutations_on(place, "permuted", x.shape, along), axis=along)
        if out is None:
            return made
        out[...] = made
        return out
