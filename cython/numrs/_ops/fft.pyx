# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Fourier transforms along one axis."""
from numrs._ops._fft cimport COMPLEX, FROM_REAL, TO_REAL, one_axis
from numrs._ops._typed import tensors
from numrs.c cimport fft as c


@tensors
def fft(x, /, n=None, axis=-1, norm="backward"):
    """Discrete Fourier transform along one axis: sums of ``x[j] exp(-2 pi i j k / n)``.

    Parameters
    ----------
    x : array_like
        Numbers of any dtype, at least one dimension.
    n : int, optional
        Number of points: longer lines are cut off, shorter ones continued by zeros. None: the extent of ``x``.
    axis : int
        Axis to go along.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: nowhere here, by its root, or here.

    Returns
    -------
    ndarray
        complex64 for float16, bfloat16, float32 and complex64, else complex128; of the shape of ``x`` but along ``axis``.

    Raises
    ------
    TypeError
        For what are no numbers.
    ValueError
        For fewer than one point, another norm, or an axis out of range (AxisError).

    Examples
    --------
    >>> numrs.fft.fft([1.0, 2.0, 3.0, 4.0])
    array([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j])
    """
    return one_axis(COMPLEX, "fft", x, n, axis, c.NUMRS_FFT_FORWARD, False, norm)


@tensors
def ifft(x, /, n=None, axis=-1, norm="backward"):
    """Inverse of `fft`: sums of ``x[k] exp(2 pi i j k / n)``, divided by n.

    Parameters
    ----------
    x : array_like
        Numbers of any dtype, at least one dimension.
    n : int, optional
        Number of points: longer lines are cut off, shorter ones continued by zeros. None: the extent of ``x``.
    axis : int
        Axis to go along.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: here, by its root, or nowhere here.

    Returns
    -------
    ndarray
        complex64 for float16, bfloat16, float32 and complex64, else complex128; of the shape of ``x`` but along ``axis``.

    Raises
    ------
    TypeError
        For what are no numbers.
    ValueError
        For fewer than one point, another norm, or an axis out of range (AxisError).

    Examples
    --------
    >>> numrs.fft.ifft([10.0, -2.0 + 2.0j, -2.0, -2.0 - 2.0j])
    array([1.+0.j, 2.+0.j, 3.+0.j, 4.+0.j])
    """
    return one_axis(COMPLEX, "ifft", x, n, axis, c.NUMRS_FFT_BACKWARD, True, norm)


@tensors
def rfft(x, /, n=None, axis=-1, norm="backward"):
    """The first half of the transform of real numbers; the other half are its conjugates.

    Parameters
    ----------
    x : array_like
        Real numbers, at least one dimension.
    n : int, optional
        Number of points: longer lines are cut off, shorter ones continued by zeros. None: the extent of ``x``.
    axis : int
        Axis to go along.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: nowhere here, by its root, or here.

    Returns
    -------
    ndarray
        complex64 for float16, bfloat16 and float32, else complex128; ``n // 2 + 1`` numbers along ``axis``.

    Raises
    ------
    TypeError
        For complex numbers and what are none.
    ValueError
        For fewer than one point, another norm, or an axis out of range (AxisError).

    Examples
    --------
    >>> numrs.fft.rfft([0.0, 1.0, 0.0, 0.0])
    array([ 1.+0.j,  0.-1.j, -1.+0.j])
    """
    return one_axis(FROM_REAL, "rfft", x, n, axis, c.NUMRS_FFT_FORWARD, False, norm)


@tensors
def irfft(x, /, n=None, axis=-1, norm="backward"):
    """Inverse of `rfft`: real numbers of the first half of their transform.

    Parameters
    ----------
    x : array_like
        The half of a transform, at least one dimension.
    n : int, optional
        Number of points: longer lines are cut off, shorter ones continued by zeros. None: ``2 (m - 1)`` for an extent m, which is
        right where n was even.
    axis : int
        Axis to go along.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: here, by its root, or nowhere here.

    Returns
    -------
    ndarray
        float32 for complex64 and narrower, else float64; ``n`` numbers along ``axis``.

    Raises
    ------
    TypeError
        For what are no numbers.
    ValueError
        For fewer than one point, another norm, or an axis out of range (AxisError).

    Examples
    --------
    >>> numrs.fft.irfft([1.0, -1.0j, -1.0])
    array([0., 1., 0., 0.])
    """
    return one_axis(TO_REAL, "irfft", x, n, axis, c.NUMRS_FFT_BACKWARD, True, norm)


@tensors
def hfft(x, /, n=None, axis=-1, norm="backward"):
    """Transform of a line whose second half is the conjugate of its first, which is real.

    Parameters
    ----------
    x : array_like
        The first half of the line, at least one dimension.
    n : int, optional
        Number of points: longer lines are cut off, shorter ones continued by zeros. None: ``2 (m - 1)`` for an extent m.
    axis : int
        Axis to go along.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: nowhere here, by its root, or here.

    Returns
    -------
    ndarray
        float32 for complex64 and narrower, else float64; ``n`` numbers along ``axis``.

    Raises
    ------
    TypeError
        For what are no numbers.
    ValueError
        For fewer than one point, another norm, or an axis out of range (AxisError).

    Examples
    --------
    >>> numrs.fft.hfft([1.0, 2.0, 3.0])
    array([ 8., -2.,  0., -2.])
    """
    return one_axis(TO_REAL, "hfft", x, n, axis, c.NUMRS_FFT_FORWARD, False, norm)


@tensors
def ihfft(x, /, n=None, axis=-1, norm="backward"):
    """Inverse of `hfft`: the first half of the inverse transform of real numbers.

    Parameters
    ----------
    x : array_like
        Real numbers, at least one dimension.
    n : int, optional
        Number of points: longer lines are cut off, shorter ones continued by zeros. None: the extent of ``x``.
    axis : int
        Axis to go along.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: here, by its root, or nowhere here.

    Returns
    -------
    ndarray
        complex64 for float16, bfloat16 and float32, else complex128; ``n // 2 + 1`` numbers along ``axis``.

    Raises
    ------
    TypeError
        For complex numbers and what are none.
    ValueError
        For fewer than one point, another norm, or an axis out of range (AxisError).

    Examples
    --------
    >>> numrs.fft.ihfft([8.0, -2.0, 0.0, -2.0])
    array([1.+0.j, 2.+0.j, 3.+0.j])
    """
    return one_axis(FROM_REAL, "ihfft", x, n, axis, c.NUMRS_FFT_BACKWARD, True, norm)
