"""numrs.io: round trips, what other packages read and write, hostile files, and files whose writing failed."""

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
import zipfile

import numpy as np
import numrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numrs.io import FormatError, SafetensorsFile, load, load_safetensors, save, save_safetensors

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32", "float64",
          "complex64"]  # fmt: skip


def some(dtype, shape):
    rng = np.random.default_rng(7)
    if dtype == "bfloat16":
        return numrs.astype(numrs.asarray(rng.normal(size=shape)), "bfloat16")
    values = rng.integers(0, 2 if dtype == "bool" else 100, shape) * (1 - 0.5j if dtype == "complex64" else 1)
    return numrs.asarray(values.astype(dtype))


def same(a, b):
    assert a.dtype == b.dtype and a.shape == b.shape
    assert a.numpy().tobytes() == b.numpy().tobytes()


def file_of(path, header, data=b"", length=None):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(raw) if length is None else length) + raw + data)
    return path


# ----------------------------------------------------------------------------- safetensors: what goes in comes out


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_and_shape(tmp_path, dtype):
    if dtype == "bfloat16":
        pytest.importorskip("ml_dtypes")
    tensors = {f"t{i}": some(dtype, shape) for i, shape in enumerate([(), (1,), (0,), (3, 0, 2), (2, 3), (5, 1, 3, 2), (17,)])}
    tensors["strided"] = some(dtype, (6, 4))[::-2, ::2]
    tensors["turned"] = some(dtype, (3, 5)).T
    save_safetensors(tensors, tmp_path / "x.safetensors", {"a": "é\n\"", "": ""})
    found = load_safetensors(tmp_path / "x.safetensors")
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        same(found[name], tensor.contiguous())
    with SafetensorsFile(tmp_path / "x.safetensors") as file:
        assert file.metadata == {"a": "é\n\"", "": ""}
        assert file.shapes["turned"] == (5, 3) and file.dtypes["turned"] == dtype
        assert "t0" in file and "none" not in file and len(file) == 9 and set(file.keys()) == set(tensors)
        with pytest.raises(KeyError, match="has no tensor 'none'"):
            file.tensor("none")
    assert list(load_safetensors(tmp_path / "x.safetensors", ["t4", "t1"])) == ["t4", "t1"]


def test_ndarrays_of_any_byte_order_go_in(tmp_path):
    save_safetensors({"x": np.arange(5, dtype=">i4"), "y": np.float32(3)}, str(tmp_path / "x"))
    found = load_safetensors(os.fsencode(tmp_path / "x"))
    assert found["x"].tolist() == [0, 1, 2, 3, 4] and found["y"].dtype == np.float32


def test_nothing_at_all(tmp_path):
    save_safetensors({}, tmp_path / "x")
    assert load_safetensors(tmp_path / "x") == {}


def test_every_tensor_is_aligned(tmp_path):
    save_safetensors({"a": some("int8", (3,)), "b": some("float64", (2,)), "c": some("float16", (1,))}, tmp_path / "x")
    raw = (tmp_path / "x").read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    assert length % 8 == 0
    for entry in json.loads(raw[8 : 8 + length]).values():
        assert entry["data_offsets"][0] % {"I8": 1, "F64": 8, "F16": 2}[entry["dtype"]] == 0


@pytest.mark.peer("safetensors")
def test_the_official_package_reads_and_writes_the_same(tmp_path):
    official = pytest.importorskip("safetensors.numpy")
    tensors = {"w": some("float32", (3, 4)), "i": some("int64", (2,)), "b": some("bool", (5,)), "e": some("float16", (0, 2))}
    save_safetensors(tensors, tmp_path / "ours", {"format": "np"})
    for name, array in official.load_file(tmp_path / "ours").items():
        np.testing.assert_array_equal(array, tensors[name].numpy(), strict=True)
    official.save_file({name: t.numpy() for name, t in tensors.items()}, tmp_path / "theirs", {"k": "v"})
    for name, tensor in load_safetensors(tmp_path / "theirs").items():
        same(tensor, tensors[name])


@pytest.mark.parametrize(
    ("tensors", "error", "words"),
    [
        ({"x": np.ones(2, complex)}, TypeError, "'x' has dtype complex128"),
        ({"x": np.array(["a"])}, TypeError, "dtype <U1"),
        ({"x": object()}, TypeError, "dtype object"),
        ({"": np.ones(2)}, ValueError, "the name ''"),
        ({"a\0b": np.ones(2)}, ValueError, "without NUL"),
        ({"__metadata__": np.ones(2)}, ValueError, "__metadata__"),
        ({3: np.ones(2)}, ValueError, "the name 3"),
        ([np.ones(2)], TypeError, "of type list"),
    ],
)
def test_what_cannot_be_written(tmp_path, tensors, error, words):
    with pytest.raises(error, match=words):
        save_safetensors(tensors, tmp_path / "x")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("metadata", [{"a": 1}, {1: "a"}, ["a"]])
def test_metadata_is_text(tmp_path, metadata):
    with pytest.raises(TypeError, match="metadata"):
        save_safetensors({}, tmp_path / "x", metadata)


# ----------------------------------------------------------------------------- safetensors: hostile files

ONE = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
HOSTILE = {
    "header not UTF-8": (b'{"\xff":1}', b""),
    "not JSON": (b"{a}", b""),
    "empty header": (b"", b""),
    "5000 brackets": (b"[" * 5000, b""),
    "5000 brackets in an entry": (b'{"a":' + b"[" * 5000, b""),
    "5000 objects": (b'{"a":' * 5000, b""),
    "list": (b"[]", b""),
    "number": (b"3", b""),
    "space first": (b" {}", b""),
    "something behind": (b"{} {}", b""),
    "no end": (b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}', bytes(8)),
    "comma at the end": (b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}', bytes(8)),
    "NaN in the shape": (b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}', bytes(8)),
    "1e999 in the shape": (b'{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,8]}}', bytes(8)),
    "tensor twice": (b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)),
    "key twice": (b'{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)),
    "shape twice": (b'{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}', bytes(8)),
    "metadata twice": (b'{"__metadata__":{},"__metadata__":{}}', b""),
    "metadata key twice": (b'{"__metadata__":{"a":"1","a":"2"}}', b""),
    "unknown dtype": ({"a": {**ONE, "dtype": "F33"}}, bytes(8)),
    "dtype a number": ({"a": {**ONE, "dtype": 3}}, bytes(8)),
    "extra key": ({"a": {**ONE, "extra": 1}}, bytes(8)),
    "no dtype": ({"a": {"shape": [2], "data_offsets": [0, 8]}}, bytes(8)),
    "no shape": ({"a": {"dtype": "F32", "data_offsets": [0, 8]}}, bytes(8)),
    "no offsets": ({"a": {"dtype": "F32", "shape": [2]}}, bytes(8)),
    "entry a list": ({"a": [1]}, bytes(8)),
    "entry null": ({"a": None}, bytes(8)),
    "shape -1": ({"a": {**ONE, "shape": [-1]}}, bytes(8)),
    "shape 2.0": ({"a": {**ONE, "shape": [2.0]}}, bytes(8)),
    "shape a text": ({"a": {**ONE, "shape": ["2"]}}, bytes(8)),
    "shape true": ({"a": {**ONE, "shape": [True]}}, bytes(8)),
    "shape 2^64": ({"a": {**ONE, "shape": [1 << 64]}}, bytes(8)),
    "shape 02": (b'{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}', bytes(8)),
    "10000 digits": (b'{"a":{"dtype":"F32","shape":[' + b"9" * 10_000 + b'],"data_offsets":[0,8]}}', bytes(8)),
    "product beyond 2^64": ({"a": {**ONE, "shape": [1 << 32, 1 << 32, 2]}}, bytes(8)),
    "product that wraps to 8": ({"a": {**ONE, "shape": [1 << 62, 4]}}, bytes(8)),
    "33 dimensions": ({"a": {**ONE, "shape": [1] * 32 + [2]}}, bytes(8)),
    "end before begin": ({"a": {**ONE, "data_offsets": [8, 0]}}, bytes(8)),
    "three offsets": ({"a": {**ONE, "data_offsets": [0, 4, 8]}}, bytes(8)),
    "one offset": ({"a": {**ONE, "data_offsets": [8]}}, bytes(8)),
    "negative offset": ({"a": {**ONE, "data_offsets": [-8, 0]}}, bytes(8)),
    "gap at the front": ({"a": {**ONE, "data_offsets": [8, 16]}}, bytes(16)),
    "gap between": ({"a": ONE, "b": {**ONE, "data_offsets": [12, 20]}}, bytes(20)),
    "overlap": ({"a": ONE, "b": {**ONE, "data_offsets": [4, 12]}}, bytes(12)),
    "same bytes twice": ({"a": ONE, "b": ONE}, bytes(8)),
    "trailing bytes": ({"a": ONE}, bytes(9)),
    "bytes without a tensor": ({}, bytes(1)),
    "data beyond the file": ({"a": ONE}, bytes(7)),
    "huge data beyond the file": ({"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}, bytes(8)),
    "size is not shape times item": ({"a": {**ONE, "shape": [3]}}, bytes(8)),
    "metadata a number": ({"__metadata__": {"a": 1}}, b""),
    "metadata a list": ({"__metadata__": ["a"]}, b""),
    "metadata nested": ({"__metadata__": {"a": {}}}, b""),
    "empty name": ({"": ONE}, bytes(8)),
    "NUL in the name": ({"a\0": ONE}, bytes(8)),
    "NUL as it is": (b'{"a\x00":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)),
    "name of 1 MB": ({"n" * 1_000_000: ONE}, bytes(8)),
    "half a surrogate": (b'{"\\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)),
    "name without an end": (b'{"abc', b""),
    "bad escape": (b'{"a\\q":{}}', b""),
    "name a number": (b"{1:2}", b""),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile(tmp_path, case):
    header, data = HOSTILE[case]
    path = file_of(tmp_path / "x", header, data)
    start = time.perf_counter()
    with pytest.raises(FormatError) as caught:
        load_safetensors(path)
    assert time.perf_counter() - start < 5
    assert "at byte " in str(caught.value) and len(str(caught.value)) < 1000


@pytest.mark.parametrize("content", [b"", b"\0" * 7, b"\xff" * 8, struct.pack("<Q", 1 << 63), struct.pack("<Q", 200_000_000) + b"{}",
                                     struct.pack("<Q", 3) + b"{}", b"PK\3\4 and more", b"\x93NUMPY"])  # fmt: skip
def test_hostile_containers(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(FormatError, match="at byte"):
        load_safetensors(tmp_path / "x")


def test_a_header_of_more_than_100_mb(tmp_path):
    path = file_of(tmp_path / "x", b"{}", length=100_000_001)
    with open(path, "r+b") as file:
        file.truncate(100_000_100)  # sparse
    tracemalloc.start()
    with pytest.raises(FormatError, match="length"):
        load_safetensors(path)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_names_are_never_paths(tmp_path):
    path = file_of(tmp_path / "x", {"../../x": ONE, "C:\\y": {**ONE, "data_offsets": [8, 16]}}, bytes(16))
    assert list(load_safetensors(path)) == ["../../x", "C:\\y"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x"]


def test_what_no_file_holds(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_safetensors(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        load_safetensors(tmp_path)
    with pytest.raises(FormatError, match="not a regular file"):
        load_safetensors("/dev/null")


def test_truncated_at_every_byte(tmp_path):
    save_safetensors({"a": some("float32", (3,)), "b": some("int8", (2, 2))}, tmp_path / "x", {"k": "v"})
    whole = (tmp_path / "x").read_bytes()
    for length in range(len(whole)):
        (tmp_path / "y").write_bytes(whole[:length])
        with pytest.raises(FormatError):
            load_safetensors(tmp_path / "y")
    (tmp_path / "y").write_bytes(whole + b" ")
    with pytest.raises(FormatError):
        load_safetensors(tmp_path / "y")


def test_a_file_that_shrinks_while_it_is_read(tmp_path):
    save_safetensors({"a": some("float64", (1000,))}, tmp_path / "x")
    with SafetensorsFile(tmp_path / "x") as file:
        os.truncate(tmp_path / "x", 500)
        with pytest.raises(FormatError, match="ends while it is read"):
            file.tensor("a")


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_changed_bytes_give_a_file_or_one_error(data):
    whole = test_changed_bytes_give_a_file_or_one_error.whole
    path = test_changed_bytes_give_a_file_or_one_error.path
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(changed)
    try:
        load_safetensors(path)
    except FormatError:
        pass


@pytest.fixture(autouse=True, scope="module")
def whole_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("changed") / "x"
    save_safetensors({"a": some("float32", (3,)), "b": some("int8", (2, 2))}, path, {"k": "v"})
    test_changed_bytes_give_a_file_or_one_error.whole, test_changed_bytes_give_a_file_or_one_error.path = path.read_bytes(), path


def test_large_headers_are_read_in_little_memory(tmp_path):
    header = {f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(1000)}
    path = file_of(tmp_path / "x", header)
    start = time.perf_counter()
    with SafetensorsFile(path) as file:
        assert len(file) == 1000
    assert time.perf_counter() - start < 1


# ----------------------------------------------------------------------------- writing that fails


def run(program, *arguments):
    return subprocess.run([sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, timeout=120)


def test_a_full_disk_leaves_the_old_file(tmp_path):
    save_safetensors({"a": numrs.ones(3)}, tmp_path / "x")
    np.savez(tmp_path / "y.npz", a=np.ones(3))
    done = run("""
import resource, sys, numrs
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for write in (lambda: numrs.io.save_safetensors({"a": numrs.zeros(100_000)}, sys.argv[1] + "/x"),
              lambda: numrs.io.save(sys.argv[1] + "/y.npz", a=numrs.zeros(100_000)),
              lambda: numrs.io.save_safetensors({"a": numrs.zeros(100_000)}, sys.argv[1] + "/new")):
    try:
        write()
    except OSError as error:
        print(error.errno)
""", tmp_path)  # fmt: skip
    assert done.stdout.split() == ["27"] * 3, done.stderr  # EFBIG
    assert load_safetensors(tmp_path / "x")["a"].tolist() == [1, 1, 1]
    assert load(tmp_path / "y.npz")["a"].tolist() == [1, 1, 1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x", "y.npz"]


def test_killed_while_it_writes(tmp_path):
    save_safetensors({"a": numrs.full(200_000, 0.0)}, tmp_path / "x")
    for delay in (0.0, 0.004, 0.011, 0.03):
        process = subprocess.Popen([sys.executable, "-c", """
import sys, numrs
print("go", flush=True)
k = 1
while True:
    numrs.io.save_safetensors({"a": numrs.full(200_000, float(k))}, sys.argv[1])
    k += 1
""", tmp_path / "x"], stdout=subprocess.PIPE)  # fmt: skip
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        values = load_safetensors(tmp_path / "x")["a"].numpy()
        assert (values == values[0]).all() and len(values) == 200_000


def test_links_and_special_files_are_not_written_through(tmp_path):
    save_safetensors({"a": numrs.ones(1)}, tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    save_safetensors({"a": numrs.zeros(1)}, tmp_path / "link")
    assert load_safetensors(tmp_path / "real")["a"].item() == 1 and load_safetensors(tmp_path / "link")["a"].item() == 0
    for path in ("/dev/full", tmp_path):
        with pytest.raises(OSError, match="not a regular file"):
            save_safetensors({"a": numrs.ones(1)}, path)
    with pytest.raises(FileNotFoundError):
        save_safetensors({"a": numrs.ones(1)}, tmp_path / "no" / "folder")


def test_the_mode_of_the_old_file_stays(tmp_path):
    save_safetensors({}, tmp_path / "x")
    os.chmod(tmp_path / "x", 0o640)
    save_safetensors({}, tmp_path / "x")
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640


def test_writers_in_threads_leave_one_whole_file(tmp_path):
    threads = [threading.Thread(target=save_safetensors, args=({"a": numrs.full(10_000, float(k))}, tmp_path / "x")) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    values = load_safetensors(tmp_path / "x")["a"].numpy()
    assert (values == values[0]).all() and [p.name for p in tmp_path.iterdir()] == ["x"]


# ----------------------------------------------------------------------------- npz and npy


def test_npz_round_trip_and_numpy(tmp_path):
    tensors = {name: some(name, (3, 4)) for name in DTYPES if name != "bfloat16"} | {"zero": some("float32", ()), "none": some("int8", (0, 2))}
    save(tmp_path / "x.npz", tensors, turned=some("float64", (2, 3)).T)
    found = load(tmp_path / "x.npz")
    for name, tensor in tensors.items():
        same(found[name], tensor)
    with np.load(tmp_path / "x.npz") as theirs:
        assert set(theirs) == set(found)
        for name in found:
            np.testing.assert_array_equal(theirs[name], found[name].numpy(), strict=True)
    np.savez_compressed(tmp_path / "y.npz", a=np.zeros((1000, 10)), b=np.arange(3, dtype=">f4"))
    found = load(tmp_path / "y.npz")
    assert found["a"].shape == (1000, 10) and found["b"].tolist() == [0, 1, 2]
    np.save(tmp_path / "z.npy", np.asfortranarray(np.arange(6).reshape(2, 3)))
    assert load(tmp_path / "z.npy").tolist() == [[0, 1, 2], [3, 4, 5]]
    save(tmp_path / "one.npz", numrs.ones(2))
    assert load(tmp_path / "one.npz")["arr_0"].tolist() == [1, 1]
    save_safetensors({"s": numrs.ones(1)}, tmp_path / "s")
    assert load(tmp_path / "s")["s"].tolist() == [1]


def test_npz_refuses(tmp_path):
    for value, words in ((np.array([None]), "dtype object"), (numrs.ones(1, dtype="bfloat16"), "save_safetensors can")):
        with pytest.raises(TypeError, match=words):
            save(tmp_path / "x.npz", a=value)
    with pytest.raises(ValueError, match="twice"):
        save(tmp_path / "x.npz", {"a": np.ones(1)}, a=np.ones(1))
    with pytest.raises(ValueError, match="the name ''"):
        save(tmp_path / "x.npz", {"": np.ones(1)})
    assert not list(tmp_path.iterdir())


def member(text, data=b""):
    raw = text.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(raw)) + raw + data


NPY = {
    "huge": member("{'descr': '<f8', 'fortran_order': False, 'shape': (300000000,)}"),
    "beyond 2^64": member("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}"),
    "negative": member("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"),
    "long": member("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", bytes(17)),
    "short": member("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", bytes(15)),
    "objects": member("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"cos\nsystem\n(S'true'\ntR."),
    "texts": member("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", bytes(4)),
    "structures": member("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", bytes(8)),
    "code": member("__import__('os').abort()"),
    "brackets": member("[" * 5000),
    "long header": member("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}" + " " * 20_000, bytes(8)),
    "header beyond the end": b"\x93NUMPY\x01\x00\xff\xff{",
    "version 9": b"\x93NUMPY\x09\x00" + bytes(20),
    "magic alone": b"\x93NUMPY",
}  # fmt: skip


@pytest.mark.parametrize("case", NPY)
def test_hostile_npy_and_npz(tmp_path, case):
    (tmp_path / "x.npy").write_bytes(NPY[case])
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", NPY[case])
    tracemalloc.start()
    for name in ("x.npy", "x.npz"):
        with pytest.raises(FormatError):
            load(tmp_path / name)
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


def test_hostile_archives(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.arange(50), b=np.ones(3))
    whole = (tmp_path / "x.npz").read_bytes()
    for length in range(len(whole)):
        (tmp_path / "y.npz").write_bytes(whole[:length])
        with pytest.raises(FormatError):
            load(tmp_path / "y.npz")
    rng = np.random.default_rng(1)
    for _ in range(500):
        changed = bytearray(whole)
        for place in rng.integers(0, len(whole), 3):
            changed[place] = rng.integers(256)
        (tmp_path / "y.npz").write_bytes(changed)
        try:
            load(tmp_path / "y.npz")
        except FormatError:
            pass
    with zipfile.ZipFile(tmp_path / "z.npz", "w") as archive:
        archive.writestr("../evil.py", b"")
    with pytest.raises(FormatError, match="names that end in .npy"):
        load(tmp_path / "z.npz")


@pytest.mark.parametrize("content", [b"", b"PK", b"text, not numbers\n", b"\x80\x04."])
def test_load_of_other_files(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(FormatError, match="neither an npz, an npy nor a safetensors"):
        load(tmp_path / "x")
