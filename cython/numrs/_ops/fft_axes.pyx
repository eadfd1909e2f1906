# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Fourier transforms along several axes, their frequencies, and what puts frequency 0 into the middle."""
import numpy as np

from numrs._ops._array cimport as_array, as_dtype
from numrs._ops._fft cimport COMPLEX, FROM_REAL, TO_REAL, transform
from numrs._ops._reduce cimport axis_of
from numrs._ops._storage cimport tensor_of
from numrs._ops._storage import on_device
from numrs._ops._typed import tensors
from numrs.c cimport fft as c
from numrs.c cimport ops


cdef object _count(object n, str name):
    if isinstance(n, (bool, np.bool_)) or not hasattr(n, "__index__"):
        raise TypeError(f"{name}: n is of type {type(n).__name__}, expected an int")
    count = n.__index__()
    if count < 1:
        raise ValueError(f"{name}: n is {count}, expected at least 1")
    return count


cdef object _frequencies(str name, object places, object n, object d, object dtype, object device):
    from numrs._ops._devices import resolve
    place = resolve(device)
    wanted = ops.NUMRS_F64 if dtype is None else as_dtype(dtype, name)
    if wanted != ops.NUMRS_F32 and wanted != ops.NUMRS_F64:
        raise TypeError(f"{name}: dtype is {np.dtype(dtype)}, expected float32 or float64")
    if isinstance(d, (bool, np.bool_)) or not isinstance(d, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name}: d is of type {type(d).__name__}, expected a number")
    if d == 0:
        raise ValueError(f"{name}: d is 0, expected another number")
    y = (places / (n * float(d))).astype(np.float32 if wanted == ops.NUMRS_F32 else np.float64, copy=False)
    return on_device(tensor_of(y), place)


cdef object _shifted(str name, object x, object axes, bint back):
    cdef object a = as_array(x, name, "x")
    if axes is None:
        axes = tuple(range(a.ndim))
    elif hasattr(axes, "__index__"):
        axes = (axes,)
    elif not hasattr(axes, "__iter__"):
        raise TypeError(f"{name}: axes is of type {type(axes).__name__}, expected ints")
    axes = tuple([axis_of(axis, a.ndim, name, a.shape) for axis in axes])
    return np.roll(a, [-(a.shape[d] // 2) if back else a.shape[d] // 2 for d in axes], axes)


@tensors
def fftn(x, /, s=None, axes=None, norm="backward"):
    """Discrete Fourier transform along several axes.

    Parameters
    ----------
    x : array_like
        Numbers of any dtype.
    s : sequence of ints, optional
        Numbers of points along the axes; -1: as many as there are. None: the extents of ``x``.
    axes : sequence of ints, optional
        Axes to go along, from the last to the first; None: the last ones of ``s``, or all. One given twice is
        taken twice.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: nowhere here, by its root, or here.

    Returns
    -------
    ndarray
        complex64 for float16, bfloat16, float32 and complex64, else complex128; ``s`` numbers along the axes.

    Raises
    ------
    TypeError
        For what are no numbers.
    ValueError
        For fewer than one point, lengths and axes of different numbers, another norm, or an axis out of range
        (AxisError).

    Examples
    --------
    >>> numrs.fft.fftn([[1.0, 2.0], [3.0, 4.0]])
    array([[10.+0.j, -2.+0.j],
           [-4.+0.j,  0.+0.j]])
    """
    return transform(COMPLEX, "fftn", x, s, axes, c.NUMRS_FFT_FORWARD, False, norm)


@tensors
def ifftn(x, /, s=None, axes=None, norm="backward"):
    """Inverse of `fftn`.

    Parameters
    ----------
    x : array_like
        Numbers of any dtype.
    s : sequence of ints, optional
        Numbers of points along the axes; -1: as many as there are. None: the extents of ``x``.
    axes : sequence of ints, optional
        Axes to go along, from the last to the first; None: the last ones of ``s``, or all. One given twice is
        taken twice.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: here, by its root, or nowhere here.

    Returns
    -------
    ndarray
        complex64 for float16, bfloat16, float32 and complex64, else complex128; ``s`` numbers along the axes.

    Raises
    ------
    TypeError
        For what are no numbers.
    ValueError
        For fewer than one point, lengths and axes of different numbers, another norm, or an axis out of range
        (AxisError).

    Examples
    --------
    >>> numrs.fft.ifftn([[10.0, -2.0], [-4.0, 0.0]])
    array([[1.+0.j, 2.+0.j],
           [3.+0.j, 4.+0.j]])
    """
    return transform(COMPLEX, "ifftn", x, s, axes, c.NUMRS_FFT_BACKWARD, True, norm)


@tensors
def rfftn(x, /, s=None, axes=None, norm="backward"):
    """Transform of real numbers along several axes: of the last one the first half.

    Parameters
    ----------
    x : array_like
        Real numbers.
    s : sequence of ints, optional
        Numbers of points along the axes; -1: as many as there are. None: the extents of ``x``.
    axes : sequence of ints, optional
        Axes to go along, from the last to the first; None: the last ones of ``s``, or all. One given twice is
        taken twice.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: nowhere here, by its root, or here.

    Returns
    -------
    ndarray
        complex64 for float16, bfloat16 and float32, else complex128; along the last of the axes half as many numbers
        and one more.

    Raises
    ------
    TypeError
        For complex numbers and what are none.
    ValueError
        For fewer than one point, lengths and axes of different numbers, another norm, or an axis out of range
        (AxisError).

    Examples
    --------
    >>> numrs.fft.rfftn([[1.0, 2.0], [3.0, 4.0]])
    array([[10.+0.j, -2.+0.j],
           [-4.+0.j,  0.+0.j]])
    """
    return transform(FROM_REAL, "rfftn", x, s, axes, c.NUMRS_FFT_FORWARD, False, norm)


@tensors
def irfftn(x, /, s=None, axes=None, norm="backward"):
    """Inverse of `rfftn`.

    Parameters
    ----------
    x : array_like
        A transform, half of it along the last of the axes.
    s : sequence of ints, optional
        Numbers of points along the axes; -1: as many as there are. None: the extents of ``x``, and ``2 (m - 1)`` of m along
        the last.
    axes : sequence of ints, optional
        Axes to go along, from the last to the first; None: the last ones of ``s``, or all. One given twice is
        taken twice.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: here, by its root, or nowhere here.

    Returns
    -------
    ndarray
        float32 for complex64 and narrower, else float64; ``s`` numbers along the axes.

    Raises
    ------
    TypeError
        For what are no numbers.
    ValueError
        For fewer than one point, lengths and axes of different numbers, another norm, or an axis out of range
        (AxisError).

    Examples
    --------
    >>> numrs.fft.irfftn([[10.0, -2.0], [-4.0, 0.0]])
    array([[1., 2.],
           [3., 4.]])
    """
    return transform(TO_REAL, "irfftn", x, s, axes, c.NUMRS_FFT_BACKWARD, True, norm)


@tensors
def fft2(x, /, s=None, axes=(-2, -1), norm="backward"):
    """Discrete Fourier transform along two axes.

    Parameters
    ----------
    x : array_like
        Numbers of any dtype.
    s : sequence of ints, optional
        Numbers of points along the axes; -1: as many as there are. None: the extents of ``x``.
    axes : sequence of ints
        Axes to go along, from the last to the first; one given twice is taken twice.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: nowhere here, by its root, or here.

    Returns
    -------
    ndarray
        complex64 for float16, bfloat16, float32 and complex64, else complex128; ``s`` numbers along the axes.

    Raises
    ------
    TypeError
        For what are no numbers.
    ValueError
        For fewer than one point, lengths and axes of different numbers, another norm, or an axis out of range
        (AxisError).

    Examples
    --------
    >>> numrs.fft.fft2([[1.0, 2.0], [3.0, 4.0]])
    array([[10.+0.j, -2.+0.j],
           [-4.+0.j,  0.+0.j]])
    """
    return transform(COMPLEX, "fft2", x, s, axes, c.NUMRS_FFT_FORWARD, False, norm)


@tensors
def ifft2(x, /, s=None, axes=(-2, -1), norm="backward"):
    """Inverse of `fft2`.

    Parameters
    ----------
    x : array_like
        Numbers of any dtype.
    s : sequence of ints, optional
        Numbers of points along the axes; -1: as many as there are. None: the extents of ``x``.
    axes : sequence of ints
        Axes to go along, from the last to the first; one given twice is taken twice.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: here, by its root, or nowhere here.

    Returns
    -------
    ndarray
        complex64 for float16, bfloat16, float32 and complex64, else complex128; ``s`` numbers along the axes.

    Raises
    ------
    TypeError
        For what are no numbers.
    ValueError
        For fewer than one point, lengths and axes of different numbers, another norm, or an axis out of range
        (AxisError).

    Examples
    --------
    >>> numrs.fft.ifft2([[10.0, -2.0], [-4.0, 0.0]])
    array([[1.+0.j, 2.+0.j],
           [3.+0.j, 4.+0.j]])
    """
    return transform(COMPLEX, "ifft2", x, s, axes, c.NUMRS_FFT_BACKWARD, True, norm)


@tensors
def rfft2(x, /, s=None, axes=(-2, -1), norm="backward"):
    """Transform of real numbers along two axes: of the last one the first half.

    Parameters
    ----------
    x : array_like
        Real numbers.
    s : sequence of ints, optional
        Numbers of points along the axes; -1: as many as there are. None: the extents of ``x``.
    axes : sequence of ints
        Axes to go along, from the last to the first; one given twice is taken twice.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: nowhere here, by its root, or here.

    Returns
    -------
    ndarray
        complex64 for float16, bfloat16 and float32, else complex128; along the last of the axes half as many numbers
        and one more.

    Raises
    ------
    TypeError
        For complex numbers and what are none.
    ValueError
        For fewer than one point, lengths and axes of different numbers, another norm, or an axis out of range
        (AxisError).

    Examples
    --------
    >>> numrs.fft.rfft2([[1.0, 2.0], [3.0, 4.0]])
    array([[10.+0.j, -2.+0.j],
           [-4.+0.j,  0.+0.j]])
    """
    return transform(FROM_REAL, "rfft2", x, s, axes, c.NUMRS_FFT_FORWARD, False, norm)


@tensors
def irfft2(x, /, s=None, axes=(-2, -1), norm="backward"):
    """Inverse of `rfft2`.

    Parameters
    ----------
    x : array_like
        A transform, half of it along the last of the axes.
    s : sequence of ints, optional
        Numbers of points along the axes; -1: as many as there are. None: the extents of ``x``, and ``2 (m - 1)`` of m along
        the last.
    axes : sequence of ints
        Axes to go along, from the last to the first; one given twice is taken twice.
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the transform is divided by the number of points: here, by its root, or nowhere here.

    Returns
    -------
    ndarray
        float32 for complex64 and narrower, else float64; ``s`` numbers along the axes.

    Raises
    ------
    TypeError
        For what are no numbers.
    ValueError
        For fewer than one point, lengths and axes of different numbers, another norm, or an axis out of range
        (AxisError).

    Examples
    --------
    >>> numrs.fft.irfft2([[10.0, -2.0], [-4.0, 0.0]])
    array([[1., 2.],
           [3., 4.]])
    """
    return transform(TO_REAL, "irfft2", x, s, axes, c.NUMRS_FFT_BACKWARD, True, norm)


def fftfreq(n, /, d=1.0, *, dtype=None, device=None):
    """Frequencies of the elements of `fft`: cycles per unit of the distance between points.

    Parameters
    ----------
    n : int
        Number of points of the transform.
    d : float
        Distance between two of them.
    dtype : dtype, optional
        Float64, or float32.
    device : str, optional
        Where the result is: 'cpu'.

    Returns
    -------
    ndarray
        Frequencies, each ``k / (n d)`` rounded once.

    Raises
    ------
    ValueError
        For fewer than one point, no distance, or another device.

    Examples
    --------
    >>> numrs.fft.fftfreq(4, d=0.1)
    tensor([ 0. ,  2.5, -5. , -2.5], dtype=float64, device='cpu')
    """
    n = _count(n, "fftfreq")
    return _frequencies("fftfreq", np.concatenate([np.arange((n + 1) // 2), np.arange(-(n // 2), 0)]), n, d, dtype, device)


def rfftfreq(n, /, d=1.0, *, dtype=None, device=None):
    """Frequencies of the elements of `rfft`: cycles per unit of the distance between points.

    Parameters
    ----------
    n : int
        Number of points of the transform.
    d : float
        Distance between two of them.
    dtype : dtype, optional
        Float64, or float32.
    device : str, optional
        Where the result is: 'cpu'.

    Returns
    -------
    ndarray
        Frequencies, each ``k / (n d)`` rounded once.

    Raises
    ------
    ValueError
        For fewer than one point, no distance, or another device.

    Examples
    --------
    >>> numrs.fft.rfftfreq(4, d=0.1)
    tensor([0. , 2.5, 5. ], dtype=float64, device='cpu')
    """
    n = _count(n, "rfftfreq")
    return _frequencies("rfftfreq", np.arange(n // 2 + 1), n, d, dtype, device)


@tensors
def fftshift(x, /, axes=None):
    """Puts frequency 0 into the middle of the axes.

    Parameters
    ----------
    x : array_like
        Any shape and dtype.
    axes : int or sequence of ints, optional
        Axes to shift; None: all.

    Returns
    -------
    ndarray
        A copy, of the shape and dtype of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range (AxisError).

    Examples
    --------
    >>> numrs.fft.fftshift([0, 1, 2, -2, -1])
    array([-2, -1,  0,  1,  2])
    """
    return _shifted("fftshift", x, axes, False)


@tensors
def ifftshift(x, /, axes=None):
    """Undoes `fftshift`.

    Parameters
    ----------
    x : array_like
        Any shape and dtype.
    axes : int or sequence of ints, optional
        Axes to shift; None: all.

    Returns
    -------
    ndarray
        A copy, of the shape and dtype of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range (AxisError).

    Examples
    --------
    >>> numrs.fft.ifftshift([-2, -1, 0, 1, 2])
    array([ 0,  1,  2, -2, -1])
    """
    return _shifted("ifftshift", x, axes, True)
