"""Files in the safetensors format: tensors by name and a dictionary of texts, https://github.com/huggingface/safetensors."""

import os
import stat

import numpy as np

import numrs
from numrs.io.header import CODES, HEADER_LIMIT, LONGEST_NAME, MOST_DIMENSIONS, Entry, FormatError, build, parse
from numrs.io.replacing import replacing


class SafetensorsFile:
    """A safetensors file, open for reading: its header is read and checked at once, tensors when they are asked for.

    Parameters
    ----------
    path : str or path
        The file.

    Raises
    ------
    FormatError
        For a file that is not as the format says; the message has the place.
    OSError
        For one that cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     numrs.io.save_safetensors({"a": numrs.ones((2, 3))}, folder + "/a.safetensors")
    ...     numrs.io.SafetensorsFile(folder + "/a.safetensors").shapes
    {'a': (2, 3)}
    """

    def __init__(self, path):
        self.path = os.fspath(path)
        self._file = open(path, "rb", buffering=0)
        try:
            self._read_header()
        except BaseException:
            self._file.close()
            raise

    def _read_header(self):
        about = os.fstat(self._file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise FormatError(f"{self.path}: not a regular file")
        size = about.st_size
        if size < 8:
            raise FormatError(f"{self.path}: {size} bytes, a safetensors file has at least 8, at byte {size}")
        length = int.from_bytes(self._exactly(bytearray(8), 0), "little")
        if length > min(size - 8, HEADER_LIMIT):
            raise FormatError(f"{self.path}: the header's length is {length}, expected at most {min(size - 8, HEADER_LIMIT)}, at byte 0")
        raw = self._exactly(bytearray(length), 8)
        self._data = 8 + length
        self.metadata, self._entries = parse(raw, size - self._data, self.path)

    def _exactly(self, buffer, place):
        """Fills the buffer with what stands at that place of the file."""
        view, done = memoryview(buffer), 0
        self._file.seek(place)
        while done < len(view):
            count = self._file.readinto(view[done:])
            if not count:
                raise FormatError(f"{self.path}: the file ends while it is read, at byte {place + done}")
            done += count
        return buffer

    @property
    def shapes(self):
        """Names and shapes, in the order of the file."""
        return {name: entry.shape for name, entry in self._entries.items()}

    @property
    def dtypes(self):
        """Names and names of element types, in the order of the file."""
        return {name: entry.dtype for name, entry in self._entries.items()}

    def __contains__(self, name):
        return name in self._entries

    def __len__(self):
        return len(self._entries)

    def __iter__(self):
        return iter(self._entries)

    keys = __iter__

    def tensor(self, name):
        """One tensor, in memory of its own.

        Parameters
        ----------
        name : str
            Which.

        Returns
        -------
        Tensor

        Raises
        ------
        KeyError
            For a name that is not there.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise KeyError(f"{self.path} has no tensor {name!r:.80}; it has {_some(self._entries)}")
        made = numrs.empty(entry.shape, dtype=entry.dtype, device="cpu")
        if entry.end > entry.begin:
            self._exactly(_bytes(made.numpy()), self._data + entry.begin)
        return made

    def close(self):
        """Closes the file."""
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _some(names, most=8):
    names = list(names)
    return ", ".join(repr(name)[:80] for name in names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "") if names else "none"


def _bytes(array):
    """The memory of a contiguous array, as bytes."""
    return memoryview(array.reshape(-1).view(np.uint8))


def load_safetensors(path, names=None):
    """Reads the tensors of a safetensors file.

    Parameters
    ----------
    path : str or path
        The file.
    names : sequence of str, optional
        Only these; all when not given.

    Returns
    -------
    dict of str to Tensor
        In the order of the file.

    Raises
    ------
    FormatError
        For a file that is torn, truncated or not as the format says. Never more is allocated than the file has bytes.
    KeyError
        For a name that is not there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     numrs.io.save_safetensors({"a": numrs.arange(3)}, folder + "/a.safetensors")
    ...     numrs.io.load_safetensors(folder + "/a.safetensors")
    {'a': tensor([0, 1, 2], dtype=int64, device='cpu')}
    """
    with SafetensorsFile(path) as file:
        return {name: file.tensor(name) for name in (file if names is None else names)}


def save_safetensors(tensors, path, metadata=None):
    """Writes tensors by name into a safetensors file.

    Parameters
    ----------
    tensors : dict of str to Tensor or ndarray
        What to write: numbers of any dtype but complex128, which the format does not have.
    path : str or path
        The file. It is written beside an old one of that name and put in its place when it is on the disk, so that a failure
        leaves the old file.
    metadata : dict of str to str, optional
        Texts to keep with them.

    Raises
    ------
    TypeError, ValueError
        For names, element types and metadata that the format cannot hold.
    OSError
        When it cannot be written; the old file stays.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     numrs.io.save_safetensors({"a": numrs.arange(3)}, folder + "/a.safetensors", {"format": "np"})
    ...     numrs.io.SafetensorsFile(folder + "/a.safetensors").metadata
    {'format': 'np'}
    """
    if not hasattr(tensors, "items"):
        raise TypeError(f"save_safetensors: tensors is of type {type(tensors).__name__}, expected a dict of names and tensors")
    arrays = {}
    for name, value in tensors.items():
        if not isinstance(name, str) or not name or "\0" in name or name == "__metadata__" or len(name) > LONGEST_NAME:
            raise ValueError(f"save_safetensors: a tensor has the name {name!r:.80}, expected a text without NUL that is not __metadata__")
        arrays[name] = _plain(name, value)
    texts = _texts(metadata)
    # The largest elements first keep every tensor aligned.
    entries, at = {}, 0
    for name in sorted(arrays, key=lambda name: -arrays[name].itemsize):
        array = arrays[name]
        entries[name] = Entry(array.dtype.name, array.shape, at, at + array.nbytes)
        at += array.nbytes
    head = build(entries, texts)
    with replacing(path) as file:
        file.write(head)
        for name in entries:
            if arrays[name].size:
                file.write(_bytes(arrays[name]))


def _plain(name, value):
    """A contiguous ndarray in the byte order of the format."""
    if isinstance(value, numrs.Tensor):
        value = value.cpu().numpy()
    array = np.asarray(value)
    if array.dtype.name not in CODES:
        raise TypeError(f"save_safetensors: tensor {name!r:.80} has dtype {array.dtype}, expected one of {', '.join(CODES)}")
    if array.ndim > MOST_DIMENSIONS:
        raise ValueError(f"save_safetensors: tensor {name!r:.80} has {array.ndim} dimensions, at most {MOST_DIMENSIONS}")
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("<"))
    return np.ascontiguousarray(array).reshape(array.shape)


def _texts(metadata):
    if metadata is None:
        return {}
    if not hasattr(metadata, "items"):
        raise TypeError(f"save_safetensors: metadata is of type {type(metadata).__name__}, expected a dict of texts")
    for key, value in metadata.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"save_safetensors: metadata has {key!r:.60}: {value!r:.60}, expected texts")
    return dict(metadata)
