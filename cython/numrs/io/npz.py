"""NumPy's files: npz of several arrays, npy of one; never with pickled objects."""

import errno
import os
import stat
import zipfile

import numpy as np

import numrs
from numrs.io.header import FormatError
from numrs.io.replacing import replacing
from numrs.io.safetensors import load_safetensors

_LONGEST_HEADER = 10_000
_MOST_EXPANSION = 1032  # of deflate: 258 bytes from two bits


def save(path, tensors=None, /, **named):
    """Writes arrays into an npz file that NumPy reads.

    Parameters
    ----------
    path : str or path
        The file; it replaces an old one only when it is complete.
    tensors : dict of str to Tensor or ndarray, or one of them, optional
        What to write; one array alone gets the name ``arr_0``, as in NumPy.
    **named : Tensor or ndarray
        More of them, by name.

    Raises
    ------
    TypeError
        For arrays of objects.
    OSError
        When it cannot be written; the old file stays.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     numrs.io.save(folder + "/a.npz", x=numrs.arange(3))
    ...     numrs.io.load(folder + "/a.npz")
    {'x': tensor([0, 1, 2], dtype=int64, device='cpu')}
    """
    arrays = dict(tensors) if hasattr(tensors, "items") else {} if tensors is None else {"arr_0": tensors}
    both = set(arrays) & set(named)
    if both:
        raise ValueError(f"save: {min(both)!r} is given twice")
    plain = {}
    for name, value in {**arrays, **named}.items():
        if not isinstance(name, str) or not name or "\0" in name:
            raise ValueError(f"save: an array has the name {name!r:.80}, expected a text without NUL")
        array = value.cpu().numpy() if isinstance(value, numrs.Tensor) else np.asarray(value)
        if array.dtype.hasobject or array.dtype.name == "bfloat16":
            raise TypeError(f"save: array {name!r:.80} has dtype {array.dtype}, which npz files cannot hold" +
                            ("; save_safetensors can" if array.dtype.name == "bfloat16" else ""))  # fmt: skip
        plain[name] = array
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in plain.items():
            with archive.open(zipfile.ZipInfo(name + ".npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def _array(file, size, path, name):
    """The array of an npy file of that many bytes; what it allocates is no more than they hold."""
    version = np.lib.format.read_magic(file)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in readers:
        raise FormatError(f"{path}: {name} is of version {version}, expected 1.0 or 2.0")
    shape, fortran, dtype = readers[version](file, max_header_size=_LONGEST_HEADER)
    if dtype.kind not in "biufc" or dtype.name in ("float128", "complex256", "longdouble", "clongdouble"):
        raise FormatError(f"{path}: {name} has dtype {dtype}, expected numbers")
    needed = dtype.itemsize
    for extent in shape:
        if not isinstance(extent, int) or extent < 0:
            raise FormatError(f"{path}: {name} has shape {shape}")
        needed *= extent
    if needed != size - file.tell():
        raise FormatError(f"{path}: {name} of shape {shape} and dtype {dtype} needs {needed} bytes, the file has {size - file.tell()}")
    made = np.empty(shape[::-1] if fortran else shape, dtype)
    view, done = memoryview(made.reshape(-1).view(np.uint8)) if made.size else b"", 0
    while done < len(view):
        piece = file.read(min(len(view) - done, 1 << 20))
        if not piece:
            raise FormatError(f"{path}: {name} ends early")
        view[done : done + len(piece)] = piece
        done += len(piece)
    if file.read(1):
        raise FormatError(f"{path}: {name} goes on after its last element")
    made = made.T if fortran else made
    return numrs.from_numpy(made if dtype.isnative else made.astype(dtype.newbyteorder("=")))


def _archive(file, size, path):
    found = {}
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            if not info.filename.endswith(".npy") or not name:
                raise FormatError(f"{path}: it has {info.filename!r:.80} in it, expected names that end in .npy")
            if name in found:
                raise FormatError(f"{path}: {name!r:.80} is there twice")
            stored = info.compress_type == zipfile.ZIP_STORED
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
                raise FormatError(f"{path}: {name!r:.80} is packed in a way that NumPy does not use")
            most = min(info.compress_size, size) * (1 if stored else _MOST_EXPANSION)
            if info.file_size > most:
                raise FormatError(f"{path}: {name!r:.80} says that it has {info.file_size} bytes, at most {most} fit")
            with archive.open(info) as member:
                found[name] = _array(member, info.file_size, path, f"{name!r:.80}")
    return found


def load(path):
    """Reads an npz file, an npy file or a safetensors file.

    Parameters
    ----------
    path : str or path
        The file; its first bytes say what it is.

    Returns
    -------
    dict of str to Tensor, or Tensor
        A Tensor for an npy file.

    Raises
    ------
    FormatError
        For a file that is torn, holds objects, or is of another kind. Objects are never unpickled.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(folder + "/a.npz", a=np.ones(2))
    ...     numrs.io.load(folder + "/a.npz")
    {'a': tensor([1., 1.], dtype=float64, device='cpu')}
    """
    with open(path, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise FormatError(f"{path}: not a regular file")
        magic = file.read(9)
        file.seek(0)
        try:
            if magic.startswith(b"\x93NUMPY"):
                return _array(file, about.st_size, path, "it")
            if magic.startswith((b"PK\x03\x04", b"PK\x05\x06")):
                return _archive(file, about.st_size, path)
        except FormatError:
            raise
        except Exception as error:  # zipfile, zlib and NumPy's reader of headers raise a dozen kinds for damaged files
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise
            raise FormatError(f"{path}: {' '.join(str(error).split()) or type(error).__name__}") from None
    if magic[8:] == b"{":
        return load_safetensors(path)
    raise FormatError(f"{path}: neither an npz, an npy nor a safetensors file, at byte 0")
