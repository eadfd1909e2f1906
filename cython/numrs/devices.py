"""Devices: where memory is and calls run. The CPU is always there; a GPU needs the plug-in libnumrs_cuda.so beside the library."""

from collections.abc import Iterator as _Iterator
from contextlib import contextmanager as _contextmanager

from numrs._ops import _place
from numrs._ops._devices import CPU, Device, get_device, get_devices, is_device, resolve
from numrs._ops._devices import chosen as _chosen
from numrs._ops._recording import Recording
from numrs._ops._storage import change_in_place
from numrs._ops._streams import Event, Stream, current_stream, stream
from numrs._ops._streams import synchronize as _wait_for
from numrs._ops._streams import synchronize_all as _wait_for_all
from numrs._ops.runtime import get_backend, list_backends, set_backend

__all__ = [
    "Device",
    "Event",
    "Recording",
    "Stream",
    "current_stream",
    "device",
    "get_backend",
    "get_device",
    "get_devices",
    "list_backends",
    "set_backend",
    "set_device",
    "stream",
    "synchronize",
]
CPU, is_device, resolve, change_in_place  # noqa: B018 - for numrs.nn and numrs.model


def set_device(device: str | Device) -> None:
    """Choose the device on which creation functions make tensors, in all threads.

    Parameters
    ----------
    device : str or Device
        Such as 'cpu' or 'cuda:0'.

    Returns
    -------
    None

    Raises
    ------
    RuntimeError
        For a device that is not there, with the step that failed: no plug-in, another version, no driver, no device.

    Examples
    --------
    >>> numrs.set_device("cpu")
    """
    _chosen.set_everywhere(resolve(device))


@_contextmanager
def device(device: str | Device) -> _Iterator[Device]:
    """A block in which creation functions make tensors on a device, in this thread.

    Parameters
    ----------
    device : str or Device
        Such as 'cpu' or 'cuda:0'.

    Yields
    ------
    Device
        The device of the block.

    Raises
    ------
    RuntimeError
        For a device that is not there, with the step that failed.

    Examples
    --------
    >>> with numrs.device("cpu"):
    ...     x = numrs.zeros(3)
    """
    found = resolve(device)
    before = _chosen.set_for_thread(found)
    try:
        yield found
    finally:
        _chosen.set_for_thread(before)


def synchronize(device: str | Device | None = None) -> None:
    """Wait until the work of a device is done, on all its streams, and report what failed in it.

    Parameters
    ----------
    device : str or Device, optional
        None: all devices that are in use. The CPU has nothing to wait for.

    Raises
    ------
    RuntimeError
        For a device that has failed: what was on it is gone.

    Examples
    --------
    >>> numrs.synchronize()
    """
    if device is None:
        _wait_for_all()
        return
    found = resolve(device)
    if found != CPU:
        _wait_for(_place.place_of_name(found.kind, found.index))
