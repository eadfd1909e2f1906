# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Threads, instruction sets, backends, memory pool and machine of the loaded library."""
from libc.stdint cimport int32_t, uint64_t
from libc.string cimport memset

from numrs._ops._array cimport check
from numrs.c.base cimport (numrs_abi, numrs_backend_name, numrs_build_info, numrs_cpu_info, numrs_get_backend,
                           numrs_get_cpu_info, numrs_get_num_threads, numrs_get_stream_threshold, numrs_get_target,
                           numrs_get_thread_threshold_us, numrs_memory_get_stats, numrs_memory_reset_peak,
                           numrs_memory_set_limit, numrs_memory_stats, numrs_memory_trim, numrs_copied_bytes, numrs_set_backend,
                           numrs_set_num_threads, numrs_set_stream_threshold, numrs_set_target,
                           numrs_set_thread_threshold_us, numrs_target_name, numrs_vector_bytes, numrs_version,
                           numrs_message)
from numrs.c.device cimport numrs_device_count


def _integer(value, str function, str argument):
    try:
        if isinstance(value, bool):
            raise TypeError
        return value.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"{function}: {argument} is of type {type(value).__name__}, expected an int") from None


def _text(value, str function, str argument):
    if not isinstance(value, str):
        raise TypeError(f"{function}: {argument} is of type {type(value).__name__}, expected a str")
    return value.encode()


def get_num_threads():
    """Number of threads that a call may use.

    Returns
    -------
    int
        ``NUMRS_NUM_THREADS``, else what CPU affinity and the cgroup quota leave, until `set_num_threads` is called.

    Examples
    --------
    >>> numrs.get_num_threads() >= 1
    True
    """
    return numrs_get_num_threads()


def set_num_threads(n, /):
    """Set the number of threads that a call may use; the results have the same bits for every number.

    Parameters
    ----------
    n : int
        1 to 1024.

    Raises
    ------
    ValueError
        Outside that range; the previous number is kept.

    Examples
    --------
    >>> numrs.set_num_threads(numrs.get_num_threads())
    """
    number = _integer(n, "set_num_threads", "n")
    if not -2**31 <= number < 2**31:
        raise ValueError(f"set_num_threads: n is {number}, expected 1 to 1024")
    check(numrs_set_num_threads(number))


def detect_simd_support():
    """Name of the instruction set in use.

    Returns
    -------
    str
        ``'AVX3'`` (AVX-512), ``'AVX2'``, ``'SSE4'``, or ``'NONE'`` when cpu-portable serves.

    Examples
    --------
    >>> isinstance(numrs.detect_simd_support(), str)
    True
    """
    return numrs_get_target().decode()


def simd_info():
    """Instruction sets and vector width.

    Returns
    -------
    dict
        ``isa`` (in use), ``available`` (compiled and run by this machine, best first), ``width_bytes``,
        ``width_floats``, ``width_doubles``.

    Examples
    --------
    >>> sorted(numrs.simd_info())
    ['available', 'isa', 'width_bytes', 'width_doubles', 'width_floats']
    """
    available = []
    while numrs_target_name(len(available)) != NULL:
        available.append(numrs_target_name(len(available)).decode())
    cdef int32_t width = numrs_vector_bytes()
    return {"isa": detect_simd_support(), "available": available, "width_bytes": width,
            "width_floats": max(1, width // 4), "width_doubles": max(1, width // 8)}


def set_target(name, /):
    """Choose the instruction set of backend cpu, one of ``simd_info()['available']``; for tests and measurements."""
    check(numrs_set_target(_text(name, "set_target", "name")))


_FEATURES = ("sse2", "ssse3", "sse41", "sse42", "popcnt", "aes", "pclmul", "avx", "avx2", "fma", "f16c", "bmi1",
             "bmi2", "avx_vnni", "avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl", "avx512_ifma",
             "avx512_vbmi", "avx512_vbmi2", "avx512_vnni", "avx512_bitalg", "avx512_vpopcntdq", "avx512_bf16",
             "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16", "amx_fp16", "neon", "sve")


def _why_no_cuda(index):
    # What stands in the way of tensors on a device: what the library says, or that the front-end has none yet.
    cdef int32_t count = 0
    if numrs_device_count(1, &count) != 0:
        return numrs_message().decode(errors="replace").partition(": ")[2]
    if index >= count:
        return f"this machine has {count} of that kind"
    return "tensors live on the CPU; numrs/device.h has it for programs in C"


def get_cpu_info():
    """Cores, caches and features of this machine's processor.

    Returns
    -------
    dict
        ``vendor``, ``brand``, ``physical_cores``, ``logical_cores``, ``usable_cores`` (affinity and cgroup quota),
        ``l1d_bytes``, ``l2_bytes``, ``l3_bytes``, ``line_bytes`` (0: not known), and ``has_<feature>`` as bool.

    Examples
    --------
    >>> numrs.get_cpu_info()['physical_cores'] >= 1
    True
    """
    cdef numrs_cpu_info info
    memset(&info, 0, sizeof(info))
    info.struct_size = sizeof(info)
    check(numrs_get_cpu_info(&info))
    have = set((<bytes>info.features).decode().split())
    facts = {"vendor": (<bytes>info.vendor).decode(), "brand": (<bytes>info.brand).decode(),
             "physical_cores": info.physical_cores,
             "logical_cores": info.logical_cores, "usable_cores": info.usable_cores, "l1d_bytes": info.l1d_bytes,
             "l2_bytes": info.l2_bytes, "l3_bytes": info.l3_bytes, "line_bytes": info.line_bytes}
    facts.update({f"has_{name}": name in have for name in _FEATURES})
    return facts


def list_backends():
    """Names of the backends that run here, the default first.

    Returns
    -------
    list of str
        ``'cpu'`` (SIMD) and ``'cpu-portable'`` (plain C++).

    Examples
    --------
    >>> 'cpu-portable' in numrs.list_backends()
    True
    """
    names = []
    while numrs_backend_name(len(names)) != NULL:
        names.append(numrs_backend_name(len(names)).decode())
    return names


def get_backend():
    """Name of the backend whose kernels run.

    Returns
    -------
    str
        One of `list_backends`.

    Examples
    --------
    >>> numrs.get_backend() in numrs.list_backends()
    True
    """
    return numrs_get_backend().decode()


def set_backend(name, /):
    """Choose the backend whose kernels run, for the whole process.

    Parameters
    ----------
    name : str
        One of `list_backends`.

    Raises
    ------
    ValueError
        For any other name; the previous backend is kept.

    Examples
    --------
    >>> numrs.set_backend(numrs.get_backend())
    """
    check(numrs_set_backend(_text(name, "set_backend", "name")))


def memory_stats():
    """Statistics of the memory pool: see `numrs.memory.stats`."""
    cdef numrs_memory_stats stats
    memset(&stats, 0, sizeof(stats))
    stats.struct_size = sizeof(stats)
    check(numrs_memory_get_stats(&stats))
    return {"hits": stats.hits, "misses": stats.misses, "in_use_bytes": stats.in_use_bytes,
            "cached_bytes": stats.cached_bytes,
            "peak_bytes": stats.peak_bytes, "limit_bytes": stats.limit_bytes}


def copied_bytes():
    """Bytes that copies and conversions have written: see `numrs.memory.trace`."""
    return numrs_copied_bytes()


def memory_trim():
    """Give the cached blocks back: see `numrs.memory.trim`."""
    numrs_memory_trim()


def memory_set_limit(limit):
    """Limit the bytes in use: see `numrs.memory.set_limit`."""
    number = 0 if limit is None else _integer(limit, "set_limit", "limit")
    if not 0 <= number < 2**64:
        raise ValueError(f"set_limit: limit is {number}, expected 0 (none) to 2**64 - 1 bytes")
    check(numrs_memory_set_limit(<uint64_t>number))


def memory_reset_peak():
    """Start the peak anew: see `numrs.memory.reset_peak`."""
    numrs_memory_reset_peak()


def get_thresholds():
    """Microseconds of work above which a call uses threads, and bytes above which results bypass the caches."""
    return {"thread_us": numrs_get_thread_threshold_us(), "stream_bytes": numrs_get_stream_threshold()}


def set_thresholds(thread_us=None, stream_bytes=None):
    """Set what `numrs calibrate` measures; None leaves a threshold as it is."""
    if thread_us is not None:
        check(numrs_set_thread_threshold_us(thread_us))
    if stream_bytes is not None:
        check(numrs_set_stream_threshold(_integer(stream_bytes, "set_thresholds", "stream_bytes")))


def library_version():
    """Version of the loaded C library."""
    return numrs_version().decode()


def library_abi():
    """ABI of the loaded C library, major * 1000 + minor."""
    return numrs_abi()


def build_info():
    """Facts of the build as a dict: version, compiler, buildtype, blas, highway, targets."""
    return dict(line.split("=", 1) for line in numrs_build_info().decode().splitlines())
