# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Draws from distributions: the methods that numrs.random.Generator has from its base."""
import operator

from libc.stdint cimport int32_t, int64_t, uint64_t
import numpy as np
cimport numpy as cnp
from numpy cimport ndarray

from numrs._ops._array cimport Held, as_array, as_dtype, check, dtype_of, hold, new_array, pin, release_context, view_of
from numrs._ops._place cimport context_for
from numrs._ops._random cimport (Stream, _result, first_of, float_dtype, inclusive, parameter_at, place_of_draw,
                                 shape_of_size)
from numrs._ops._storage cimport new_tensor_at, valid
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed cimport plain_target
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.ops cimport NUMRS_BOOL, NUMRS_I64, NUMRS_U8, NUMRS_U64
from numrs.c.random cimport numrs_random_blocks, numrs_random_multinomial, numrs_random_state
from numrs.c.view cimport numrs_view

cnp.import_array()


cdef class Distributions(Stream):
    """Independent numbers of a distribution. `size` (or `shape`) is an int or a tuple; None: the shape to which the
    parameters broadcast, a scalar for scalars. On a device they are those that the CPU would draw; the current device
    (numrs.device) does not count, a generator is the CPU's."""

    cdef object floats(self, int op, str name, object size, object shape, object dtype, object out, object a,
                       object b=None, object device=None):
        cdef int32_t place = place_of_draw(name, device, out, a, b)
        if place > 0:
            return self.draw_on(place, op, name, shape_of_size(name, size, shape), float_dtype(name, dtype, first_of(out)), out, a,
                                b)
        given = plain_target(out)
        y = self.draw(op, name, shape_of_size(name, size, shape), float_dtype(name, dtype, given), given, a, b)
        return _result(y) if out is None else out[0] if type(out) is tuple else out

    cdef object counts(self, int op, str name, object size, object shape, int dtype, object out, object a,
                       object b=None, object device=None):
        cdef int32_t place = place_of_draw(name, device, out, a, b)
        if place > 0:
            return self.draw_on(place, op, name, shape_of_size(name, size, shape), dtype, out, a, b)
        y = self.draw(op, name, shape_of_size(name, size, shape), dtype, plain_target(out), a, b)
        return _result(y) if out is None else out[0] if type(out) is tuple else out

    def random(self, size=None, dtype=None, out=None, *, shape=None, device=None):
        """Uniform numbers from [0, 1): multiples of 2^-53, float32 of 2^-24.

        Parameters
        ----------
        size, shape : int or tuple of ints, optional
            Shape of the result; None: one number.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> numrs.random.default_rng(7).random(3).shape
        (3,)
        """
        return self.floats(ops.NUMRS_OP_RANDOM_UNIFORM, "random", size, shape, dtype, out, 0.0, 1.0, device)

    def uniform(self, low=0.0, high=1.0, size=None, *, dtype=None, out=None, shape=None, device=None):
        """Uniform numbers, ``low <= y < high`` (rounding never gives high; ``low`` where both are equal).

        Parameters
        ----------
        low, high : array_like
            Finite, ``low <= high``.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Raises
        ------
        ValueError
            For low above high, or a difference that overflows.

        Examples
        --------
        >>> numrs.random.default_rng(7).uniform([0, 10], [1, 20], (4, 2)).shape
        (4, 2)
        """
        return self.floats(ops.NUMRS_OP_RANDOM_UNIFORM, "uniform", size, shape, dtype, out, low, high, device)

    def normal(self, loc=0.0, scale=1.0, size=None, *, dtype=None, out=None, shape=None, device=None):
        """Normal numbers by Box and Muller's transformation; standard ones are at most 8.6 from 0 (float32: 6.7).

        Parameters
        ----------
        loc, scale : array_like
            Mean and standard deviation; finite, scale 0 or more.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Raises
        ------
        ValueError
            For a negative scale, or NaN or infinity among the parameters.

        Examples
        --------
        >>> bool(abs(numrs.random.default_rng(7).normal(5.0, 2.0, 10000).mean() - 5) < 0.1)
        True
        """
        return self.floats(ops.NUMRS_OP_RANDOM_NORMAL, "normal", size, shape, dtype, out, loc, scale, device)

    def standard_normal(self, size=None, dtype=None, out=None, *, shape=None, device=None):
        """Normal numbers of mean 0 and standard deviation 1; see `normal`.

        Parameters
        ----------
        size, shape : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> numrs.random.default_rng(7).standard_normal((2, 3)).shape
        (2, 3)
        """
        return self.floats(ops.NUMRS_OP_RANDOM_NORMAL, "standard_normal", size, shape, dtype, out, 0.0, 1.0, device)

    def lognormal(self, mean=0.0, sigma=1.0, size=None, *, dtype=None, out=None, shape=None, device=None):
        """Numbers whose logarithm is normal.

        Parameters
        ----------
        mean, sigma : array_like
            Mean and standard deviation of the logarithm; finite, sigma 0 or more.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> bool((numrs.random.default_rng(7).lognormal(size=100) > 0).all())
        True
        """
        return self.floats(ops.NUMRS_OP_RANDOM_LOGNORMAL, "lognormal", size, shape, dtype, out, mean, sigma, device)

    def exponential(self, scale=1.0, size=None, *, dtype=None, out=None, shape=None, device=None):
        """Exponential numbers, ``-scale * log(u)``.

        Parameters
        ----------
        scale : array_like
            Mean; finite, 0 or more.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> numrs.random.default_rng(7).exponential([1.0, 100.0]).shape
        (2,)
        """
        return self.floats(ops.NUMRS_OP_RANDOM_EXPONENTIAL, "exponential", size, shape, dtype, out, scale, None, device)

    def standard_exponential(self, size=None, dtype=None, out=None, *, shape=None, device=None):
        """Exponential numbers of mean 1; see `exponential`.

        Parameters
        ----------
        size, shape : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> numrs.random.default_rng(7).standard_exponential(3, "float32").dtype
        dtype('float32')
        """
        return self.floats(ops.NUMRS_OP_RANDOM_EXPONENTIAL, "standard_exponential", size, shape, dtype, out, 1.0, None, device)

    def laplace(self, loc=0.0, scale=1.0, size=None, *, dtype=None, out=None, shape=None, device=None):
        """Laplace numbers: exponential on both sides of loc.

        Parameters
        ----------
        loc, scale : array_like
            Mean and decay; finite, scale 0 or more.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> numrs.random.default_rng(7).laplace(size=(2, 2)).shape
        (2, 2)
        """
        return self.floats(ops.NUMRS_OP_RANDOM_LAPLACE, "laplace", size, shape, dtype, out, loc, scale, device)

    def standard_cauchy(self, size=None, dtype=None, out=None, *, shape=None, device=None):
        """Cauchy numbers of location 0 and scale 1: the tangent of a uniform angle.

        Parameters
        ----------
        size, shape : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> numrs.random.default_rng(7).standard_cauchy(4).shape
        (4,)
        """
        return self.floats(ops.NUMRS_OP_RANDOM_CAUCHY, "standard_cauchy", size, shape, dtype, out, 0.0, 1.0, device)

    def gamma(self, shape, scale=1.0, size=None, *, dtype=None, out=None, device=None):
        """Gamma numbers by the method of Marsaglia and Tsang (2000); computed in float64.

        Parameters
        ----------
        shape, scale : array_like
            Parameters; finite, 0 or more. A shape of 0 gives 0.
        size : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> bool(abs(numrs.random.default_rng(7).gamma(3.0, 2.0, 10000).mean() - 6) < 0.2)
        True
        """
        return self.floats(ops.NUMRS_OP_RANDOM_GAMMA, "gamma", size, None, dtype, out, shape, scale, device)

    def standard_gamma(self, shape, size=None, dtype=None, out=None, *, device=None):
        """Gamma numbers of scale 1; see `gamma`.

        Parameters
        ----------
        shape : array_like
            Parameter; finite, 0 or more.
        size : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> numrs.random.default_rng(7).standard_gamma([0.5, 1.0, 2.0]).shape
        (3,)
        """
        return self.floats(ops.NUMRS_OP_RANDOM_GAMMA, "standard_gamma", size, None, dtype, out, shape, 1.0, device)

    def beta(self, a, b, size=None, *, dtype=None, out=None, shape=None, device=None):
        """Beta numbers: ``x / (x + y)`` of two gamma numbers, in logarithms where they are small; computed in float64.

        Parameters
        ----------
        a, b : array_like
            Shape parameters; finite, more than 0.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            float64 (default) or float32.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> bool(abs(numrs.random.default_rng(7).beta(2.0, 3.0, 10000).mean() - 0.4) < 0.01)
        True
        """
        return self.floats(ops.NUMRS_OP_RANDOM_BETA, "beta", size, shape, dtype, out, a, b, device)

    def integers(self, low, high=None, size=None, dtype=None, endpoint=False, *, out=None, shape=None, device=None):
        """Integers from low up to high, each as likely as the others (Lemire's method, without bias).

        Parameters
        ----------
        low, high : array_like of integers
            ``low <= y < high``, with endpoint ``low <= y <= high``; with low alone from 0 up to low.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        dtype : dtype, optional
            int64 (default), any other integer dtype, or bool; the numbers do not depend on it.
        endpoint : bool
            Whether high may come out.
        out : ndarray, optional
            Receives the numbers.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Raises
        ------
        ValueError
            For an empty range, or one that the dtype does not hold.

        Examples
        --------
        >>> numrs.random.default_rng(7).integers(1, 6, 4, endpoint=True).shape
        (4,)
        """
        cdef int32_t found = NUMRS_I64, place
        if dtype is not None:
            found = as_dtype(dtype, "integers")
            if np.dtype(dtype).kind not in "iub":
                raise TypeError(f"integers: dtype is {np.dtype(dtype)}, expected an integer dtype or bool")
        elif isinstance(first_of(out), Tensor):
            found = valid(<Tensor>first_of(out))
        elif out is not None:
            given = plain_target(out)
            if isinstance(given, np.ndarray) and dtype_of(<ndarray>given):
                found = dtype_of(<ndarray>given)
        if high is None:
            low, high = 0, low
        if isinstance(low, (bool, np.bool_, np.integer)):
            low = int(low)
        if isinstance(high, (bool, np.bool_, np.integer)):
            high = int(high)
        if not isinstance(endpoint, (bool, np.bool_)):
            raise TypeError(f"integers: endpoint is of type {type(endpoint).__name__}, expected a bool")
        if type(low) is int and type(high) is int and low > high - (not endpoint):
            raise ValueError(f"integers: low is {low}, expected {'at most' if endpoint else 'less than'} high, {high}")
        if not endpoint:
            high = inclusive("integers", high)
        for name, value in (("low", low), ("high", high)):
            if type(value) is int and not -0x8000000000000000 <= value <= 0xFFFFFFFFFFFFFFFF:
                raise ValueError(f"integers: {name} is {value}, which no integer dtype holds")
        if found != NUMRS_BOOL:
            return self.counts(ops.NUMRS_OP_RANDOM_INTEGERS, "integers", size, shape, found, out, low, high, device)
        if out is not None:
            raise TypeError("integers: out does not go with dtype bool")
        if bool((high > 1).any() if isinstance(high, Tensor) else (np.asarray(high) > 1).any()):
            raise ValueError("integers: high is more than bool holds")
        place = place_of_draw("integers", device, None, low, high)
        if place > 0:
            return self.draw_on(place, ops.NUMRS_OP_RANDOM_INTEGERS, "integers", shape_of_size("integers", size, shape), NUMRS_U8,
                                None, low, high).astype(np.bool_)
        made = self.draw(ops.NUMRS_OP_RANDOM_INTEGERS, "integers", shape_of_size("integers", size, shape), NUMRS_U8,
                         None, low, high)
        return _result(<ndarray>made.view(np.bool_))

    def bernoulli(self, p=0.5, size=None, *, out=None, shape=None, device=None):
        """True with probability p.

        Parameters
        ----------
        p : array_like
            0 to 1.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        out : ndarray of bool, optional
            Receives the results.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> numrs.random.default_rng(7).bernoulli(0.3, 5).dtype
        dtype('bool')
        """
        return self.counts(ops.NUMRS_OP_RANDOM_BERNOULLI, "bernoulli", size, shape, NUMRS_BOOL, out, p, None, device)

    def binomial(self, n, p, size=None, *, out=None, shape=None, device=None):
        """Successes in n trials: by inversion for means below 10, else by Hörmann's method BTRS (1993).

        Parameters
        ----------
        n : array_like of integers
            Trials, 0 to 2^53.
        p : array_like
            Probability of a success, 0 to 1.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        out : ndarray of int64, optional
            Receives the results.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> bool(abs(numrs.random.default_rng(7).binomial(100, 0.3, 10000).mean() - 30) < 0.2)
        True
        """
        return self.counts(ops.NUMRS_OP_RANDOM_BINOMIAL, "binomial", size, shape, NUMRS_I64, out, n, p, device)

    def geometric(self, p, size=None, *, out=None, shape=None, device=None):
        """Trials up to the first success, by inversion.

        Parameters
        ----------
        p : array_like
            Probability of a success, more than 0, at most 1.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        out : ndarray of int64, optional
            Receives the results; what int64 does not hold is its greatest number.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> int(numrs.random.default_rng(7).geometric(1.0))
        1
        """
        return self.counts(ops.NUMRS_OP_RANDOM_GEOMETRIC, "geometric", size, shape, NUMRS_I64, out, p, None, device)

    def poisson(self, lam=1.0, size=None, *, out=None, shape=None, device=None):
        """Poisson numbers: by inversion for means below 10, else by Hörmann's method PTRS (1993).

        Parameters
        ----------
        lam : array_like
            Mean, 0 to 9.2e18.
        size, shape : int or tuple of ints, optional
            Shape of the result.
        out : ndarray of int64, optional
            Receives the results.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Examples
        --------
        >>> bool(abs(numrs.random.default_rng(7).poisson(4.0, 10000).mean() - 4) < 0.1)
        True
        """
        return self.counts(ops.NUMRS_OP_RANDOM_POISSON, "poisson", size, shape, NUMRS_I64, out, lam, None, device)

    def multinomial(self, n, pvals, size=None, *, shape=None, device=None):
        """How many of n trials fall into each class.

        Parameters
        ----------
        n : array_like of integers
            Trials, 0 to 2^53.
        pvals : array_like
            Probabilities of the classes along the last axis, which sum to 1: the last class takes what others leave.
        size, shape : int or tuple of ints, optional
            Shape of the result without the axis of the classes.
        device : str or Device, optional
            Where the numbers are drawn; that of parameters and out if not given, else the CPU.

        Raises
        ------
        ValueError
            For probabilities out of 0 to 1, or a sum above 1.

        Examples
        --------
        >>> int(numrs.random.default_rng(7).multinomial(20, [0.2, 0.3, 0.5]).sum())
        20
        """
        cdef ndarray trials, p, y
        cdef Tensor made
        cdef list kept
        cdef numrs_view vn, vp, vy
        cdef Held held_n, held_p, held_y
        cdef int64_t extents[64]
        cdef uint64_t blocks
        cdef numrs_random_state before, after, mine
        cdef numrs_context *context
        cdef numrs_status status
        cdef int32_t place = place_of_draw("multinomial", device, None, n, pvals)
        cdef int d
        if place > 0:
            kept = [parameter_at(place, n, "multinomial", "n"), parameter_at(place, pvals, "multinomial", "pvals")]
            count, classes = kept[0].shape, kept[1].shape
        else:
            trials, p = as_array(n, "multinomial", "n"), as_array(pvals, "multinomial", "pvals")
            count, classes = (<object>trials).shape, (<object>p).shape
        wanted = shape_of_size("multinomial", size, shape)
        if not classes:
            raise ValueError("multinomial: pvals is a number, expected at least one dimension")
        leading, last = classes[:len(classes) - 1], classes[len(classes) - 1]
        if wanted is None:
            try:
                wanted = np.broadcast_shapes(count, leading)
            except ValueError:
                raise ValueError(f"multinomial: n of shape {count} and pvals of shape {classes} do not broadcast") from None
        full = (*wanted, last)
        if len(full) > 32:
            raise ValueError(f"multinomial: size has {len(wanted)} dimensions, expected at most 31")
        for d in range(len(full)):
            extents[d] = full[d]
        elements = 1
        for extent in wanted:
            elements *= extent
        check(numrs_random_blocks(ops.NUMRS_OP_RANDOM_BINOMIAL, elements, &blocks), "multinomial")
        if place > 0:
            made = new_tensor_at(place, <int>len(full), extents, NUMRS_I64)
            held_n.view, held_p.view, held_y.view = (<Tensor>kept[0]).view, (<Tensor>kept[1]).view, made.view
            given = made
        else:
            y = new_array(<int>len(full), extents, NUMRS_I64)
            vn = view_of(trials, dtype_of(trials))
            vp = view_of(p, dtype_of(p))
            vy = view_of(y, NUMRS_I64)
            hold(&held_n, &vn)
            hold(&held_p, &vp)
            hold(&held_y, &vy)
            kept = [pin(trials), pin(p), pin(y)]
            given = y
        before = self.reserve(blocks, &after)
        mine = before
        context = context_for(place, 60.0 * (<double>elements) * <double>last)
        with nogil:
            status = numrs_random_multinomial(context, &mine, &held_n.view, &held_p.view, &held_y.view)
        release_context(context)
        del kept
        if status != NUMRS_OK:
            self.give_back(&before, &after)
            check(status, "multinomial")
        return given if place > 0 else _result(<ndarray>given)

    def bytes(self, length, /):
        """Random bytes.

        Parameters
        ----------
        length : int
            How many.

        Returns
        -------
        bytes

        Examples
        --------
        >>> len(numrs.random.default_rng(7).bytes(10))
        10
        """
        count = operator.index(length)
        if count < 0:
            raise ValueError(f"bytes: length is {count}, expected 0 or more")
        words = shape_of_size("bytes", (count + 7) // 8, None)
        return self.draw(ops.NUMRS_OP_RANDOM_BITS, "bytes", words, NUMRS_U64, None).tobytes()[:count]
