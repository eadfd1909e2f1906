"""What a device is, and device arguments; what the user asks about devices is in numrs.devices."""

import os as _os


class Device:
    """One device, such as ``cpu``.

    Attributes
    ----------
    kind : str
        'cpu' or 'cuda'.
    index : int
        Its number among those of its kind.
    name : str
        The maker's name for it.
    memory_gb : float
        Its memory in units of 2**30 bytes.
    """

    __slots__ = ("index", "kind")

    def __init__(self, kind: str, index: int = 0) -> None:
        self.kind, self.index = kind, index

    @property
    def name(self) -> str:
        from numrs._ops.runtime import get_cpu_info

        return str(get_cpu_info()["brand"])

    @property
    def memory_gb(self) -> float:
        try:
            return _os.sysconf("SC_PHYS_PAGES") * _os.sysconf("SC_PAGE_SIZE") / 2**30
        except (ValueError, OSError, AttributeError):
            return 0.0

    def __str__(self) -> str:
        return self.kind if self.kind == "cpu" else f"{self.kind}:{self.index}"

    def __repr__(self) -> str:
        return f"Device('{self}')"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return other in (str(self), f"{self.kind}:{self.index}")
        return isinstance(other, Device) and (self.kind, self.index) == (other.kind, other.index)

    def __hash__(self) -> int:
        return hash(str(self))

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return _parse, (str(self),)


CPU = Device("cpu")


def _parse(target: "str | Device") -> Device:
    """A device argument as a Device; ValueError for text that names none, whether or not it is there."""
    if isinstance(target, Device):
        return target
    if isinstance(target, str):
        kind, colon, number = target.partition(":")
        if kind in ("cpu", "cuda") and (number.isascii() and number.isdigit() if colon else True):
            if kind == "cpu" and int(number or 0) == 0:
                return CPU
            return Device(kind, int(number or 0))
        raise ValueError(f"device: got {target!r}, expected 'cpu' or 'cuda:N'")
    raise TypeError(f"device: got {type(target).__name__}, expected a Device or a string such as 'cpu'")


def is_device(target: object) -> bool:
    """Whether an argument names a device rather than a dtype."""
    return isinstance(target, Device) or (isinstance(target, str) and target.partition(":")[0] in ("cpu", "cuda"))


def resolve(target: "str | Device | None") -> Device:
    """The device for an argument ``device=``, None: the current one; RuntimeError with the reason where it is absent."""
    if target is None or target is CPU:
        return CPU
    found = _parse(target)
    if found != CPU:
        if found.kind == "cpu":
            raise RuntimeError(f"device: there is no {found}, the CPU is one device: 'cpu'")
        from numrs._ops.runtime import _why_no_cuda

        raise RuntimeError(f"device: {found} cannot be used: {_why_no_cuda(found.index)}")
    return CPU


def get_devices() -> list[Device]:
    """The devices that can be used, the CPU first.

    Returns
    -------
    list of Device
        Each with ``kind``, ``index``, ``name`` and ``memory_gb``.

    Examples
    --------
    >>> [str(d) for d in numrs.get_devices()]
    ['cpu']
    """
    return [CPU]


def get_device() -> Device:
    """The device on which creation functions make tensors.

    Returns
    -------
    Device

    Examples
    --------
    >>> str(numrs.get_device())
    'cpu'
    """
    return CPU
