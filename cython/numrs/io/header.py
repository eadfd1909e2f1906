"""The header of a safetensors file: read without trust, with the place of whatever is wrong, and written. No tensors here."""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]

HEADER_LIMIT = 100_000_000  # bytes; the format's own
LONGEST_NAME = 65_536
MOST_DIMENSIONS = 32

# Names of the format's element types that numrs has, their NumPy names and sizes in bytes.
DTYPES = {
    "BOOL": ("bool", 1), "U8": ("uint8", 1), "I8": ("int8", 1), "U16": ("uint16", 2), "I16": ("int16", 2), "F16": ("float16", 2),
    "BF16": ("bfloat16", 2), "U32": ("uint32", 4), "I32": ("int32", 4), "F32": ("float32", 4), "U64": ("uint64", 8), "I64": ("int64", 8),
    "F64": ("float64", 8), "C64": ("complex64", 8),
}  # fmt: skip
CODES = {name: code for code, (name, _) in DTYPES.items()}

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?\d[\d.eE+-]*")
_WHOLE = re.compile(r"0|[1-9]\d{0,18}")


class FormatError(ValueError):
    """A file is torn, truncated, hostile, or not of the kind that was expected. Nothing has been changed.

    Examples
    --------
    >>> issubclass(numrs.io.FormatError, ValueError)
    True
    """


class Entry:
    """One tensor of a file: element type, shape, and where its bytes begin and end after the header."""

    __slots__ = ("begin", "dtype", "end", "shape")

    def __init__(self, dtype, shape, begin, end):
        self.dtype, self.shape, self.begin, self.end = dtype, shape, begin, end


class _Scanner:
    """A reader of exactly the JSON that a header is made of: what it holds in memory is what it found."""

    def __init__(self, text, path):
        self.text, self.path, self.at = text, path, 0

    def fail(self, what, at=None):
        place = 8 + len(self.text[: self.at if at is None else at].encode("utf-8", "surrogatepass"))
        raise FormatError(f"{self.path}: {what}, at byte {place}")

    def space(self):
        self.at = _SPACE.match(self.text, self.at).end()

    def peek(self):
        self.space()
        return self.text[self.at : self.at + 1]

    def take(self, wanted):
        if self.peek() != wanted:
            found = self.text[self.at : self.at + 1]
            self.fail(f"the header has {found!r} where {wanted!r} belongs" if found else f"the header ends where {wanted!r} belongs")
        self.at += 1

    def string(self, what):
        start = self.at + 1 if self.peek() == '"' else None
        if start is None:
            self.fail(f"{what} is not a string")
        begin = self.at
        try:
            value, self.at = scanstring(self.text, start, True)
        except ValueError as error:
            self.fail(f"{what} is not a string of JSON ({str(error).split(':')[0]})")
        try:
            value.encode()
        except UnicodeEncodeError:
            self.fail(f"{what} has half a surrogate pair in it", begin)
        return value

    def whole(self, what):
        self.space()
        found = _NUMBER.match(self.text, self.at)
        text = found[0] if found else self.text[self.at : self.at + 1]
        if not found or not _WHOLE.fullmatch(text) or int(text) >= 1 << 63:
            self.fail(f"{what} is {text[:30]!r}, expected a whole number from 0 to 2^63 - 1")
        self.at = found.end()
        return int(text)

    def items(self, opening, closing):
        """Goes over the parts of an object or a list; the caller reads each."""
        self.take(opening)
        if self.peek() == closing:
            self.at += 1
            return
        while True:
            yield
            if self.peek() == closing:
                self.at += 1
                return
            self.take(",")

    def wholes(self, what, most):
        values = []
        for _ in self.items("[", "]"):
            if len(values) == most:
                self.fail(f"{what} has more than {most} numbers")
            values.append(self.whole(f"{what}[{len(values)}]"))
        return values

    def metadata(self):
        found = {}
        for _ in self.items("{", "}"):
            key = self.string("a name in __metadata__")
            if key in found:
                self.fail(f"__metadata__ has {_short(key)} twice")
            self.take(":")
            found[key] = self.string(f"__metadata__[{_short(key)}]")
        return found

    def entry(self, name):
        dtype = shape = offsets = None
        begin = self.at
        for _ in self.items("{", "}"):
            start = self.at
            key = self.string(f"a key of tensor {name}")
            self.take(":")
            if (key, True) in (("dtype", dtype is not None), ("shape", shape is not None), ("data_offsets", offsets is not None)):
                self.fail(f"tensor {name} has {key} twice", start)
            if key == "dtype":
                dtype = self.string(f"dtype of tensor {name}")
                if dtype not in DTYPES:
                    self.fail(f"tensor {name} has dtype {_short(dtype)}, expected one of {', '.join(DTYPES)}", start)
            elif key == "shape":
                shape = self.wholes(f"shape of tensor {name}", MOST_DIMENSIONS)
            elif key == "data_offsets":
                offsets = self.wholes(f"data_offsets of tensor {name}", 2)
            else:
                self.fail(f"tensor {name} has a key {_short(key)}, expected dtype, shape and data_offsets", start)
        for key, value in (("dtype", dtype), ("shape", shape), ("data_offsets", offsets)):
            if value is None:
                self.fail(f"tensor {name} has no {key}", begin)
        if len(offsets) != 2 or offsets[0] > offsets[1]:
            self.fail(f"tensor {name} has data_offsets {offsets}, expected a begin and an end that is not before it", begin)
        size = DTYPES[dtype][1]
        for extent in shape:
            size *= extent
        if size >= 1 << 63:
            self.fail(f"tensor {name} has shape {shape}, which is more than 2^63 bytes", begin)
        if size != offsets[1] - offsets[0]:
            self.fail(f"tensor {name} of shape {shape} and dtype {dtype} needs {size} bytes, its data_offsets {offsets} hold "
                      f"{offsets[1] - offsets[0]}", begin)  # fmt: skip
        return Entry(DTYPES[dtype][0], tuple(shape), *offsets)


def _short(name):
    return repr(name if len(name) <= 60 else name[:57] + "...")


def parse(raw, data_bytes, path):
    """(metadata, {name: Entry} in the order of the bytes) of a header; data_bytes: what follows it in the file."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: the header is not UTF-8, at byte {8 + error.start}") from None
    if not text.startswith("{"):
        raise FormatError(f"{path}: the header begins with {text[:1]!r}, expected '{{', at byte 8")
    scanner, metadata, entries = _Scanner(text, path), None, {}
    for _ in scanner.items("{", "}"):
        scanner.space()
        start = scanner.at
        name = scanner.string("the name of a tensor")
        scanner.take(":")
        scanner.space()
        if name == "__metadata__":
            if metadata is not None:
                scanner.fail("__metadata__ is there twice", start)
            metadata = scanner.metadata()
            continue
        if not name or "\0" in name or len(name) > LONGEST_NAME:
            what = "is empty" if not name else "has a NUL in it" if "\0" in name else f"has {len(name)} characters, at most {LONGEST_NAME}"
            scanner.fail(f"the name of a tensor {what}", start)
        if name in entries:
            scanner.fail(f"tensor {_short(name)} is there twice", start)
        entries[name] = scanner.entry(_short(name))
    scanner.space()
    if scanner.at != len(text):
        scanner.fail("something follows the header's last brace")
    at, before = 0, "the header"
    ordered = dict(sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)))
    for name, entry in ordered.items():
        if entry.begin != at:
            what = "overlaps" if entry.begin < at else "leaves a gap behind"
            raise FormatError(f"{path}: tensor {_short(name)} begins at byte {entry.begin} of the data and {what} {before}, which ends at {at}, "
                              f"at byte {8 + len(raw) + entry.begin}")  # fmt: skip
        at, before = entry.end, f"tensor {_short(name)}"
    if at != data_bytes:
        what = "ends before its last tensor does" if at > data_bytes else "goes on after its last tensor"
        place = 8 + len(raw) + min(at, data_bytes)
        raise FormatError(f"{path}: the file {what}: the tensors have {at} bytes, the file {data_bytes}, at byte {place}")
    return metadata or {}, ordered


def build(entries, metadata):
    """The bytes of a header, padded to a multiple of 8, with its length in front."""
    content = {"__metadata__": metadata} if metadata else {}
    for name, entry in entries.items():
        content[name] = {"dtype": CODES[entry.dtype], "shape": list(entry.shape), "data_offsets": [entry.begin, entry.end]}
    raw = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    raw += b" " * (-len(raw) % 8)
    if len(raw) > HEADER_LIMIT:
        raise ValueError(f"save_safetensors: the header has {len(raw)} bytes, at most {HEADER_LIMIT}")
    return len(raw).to_bytes(8, "little") + raw
