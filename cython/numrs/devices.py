"""Devices: where memory is. The CPU is always there; a GPU needs the cuda plug-in, which this version does not have."""

from collections.abc import Iterator as _Iterator
from contextlib import contextmanager as _contextmanager

from numrs._ops._devices import Device, get_device, get_devices, resolve
from numrs._ops.runtime import get_backend, list_backends, set_backend

__all__ = ["Device", "device", "get_backend", "get_device", "get_devices", "list_backends", "set_backend", "set_device"]


def set_device(device: str | Device) -> None:
    """Choose the device on which creation functions make tensors.

    Parameters
    ----------
    device : str or Device
        Such as 'cpu'.

    Returns
    -------
    None

    Raises
    ------
    RuntimeError
        For a device that is not there, with the reason.

    Examples
    --------
    >>> numrs.set_device("cpu")
    """
    resolve(device)


@_contextmanager
def device(device: str | Device) -> _Iterator[Device]:
    """A block in which creation functions make tensors on a device.

    Parameters
    ----------
    device : str or Device
        Such as 'cpu'.

    Yields
    ------
    Device
        The device of the block.

    Raises
    ------
    RuntimeError
        For a device that is not there, with the reason.

    Examples
    --------
    >>> with numrs.device("cpu"):
    ...     x = numrs.zeros(3)
    """
    yield resolve(device)
