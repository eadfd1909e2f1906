"""Whether a thread records what it computes: no_grad, enable_grad."""

from contextlib import ContextDecorator

from numrs._ops._record import is_recording, switch_recording


class _Mode(ContextDecorator):
    on = False

    def __init__(self):
        self._before = []

    def __enter__(self):
        self._before.append(switch_recording(self.on))
        return self

    def __exit__(self, *_):
        switch_recording(self._before.pop())
        return False


class no_grad(_Mode):
    """What is computed inside is not followed: a context, or a decorator of a function.

    Examples
    --------
    >>> w = numrs.Tensor([1.0, 2.0], requires_grad=True)
    >>> with numrs.autograd.no_grad():
    ...     (w * 2).requires_grad
    False
    """

    on = False


class enable_grad(_Mode):
    """What is computed inside is followed, also inside of a no_grad."""

    on = True


class set_grad_enabled(_Mode):
    """Switches following on or off at once; as a context until its end.

    Parameters
    ----------
    mode : bool
        On or off.
    """

    def __init__(self, mode):
        super().__init__()
        self.on = bool(mode)
        self._before.append(switch_recording(self.on))
        self._entered = False

    def __enter__(self):
        if self._entered:
            self._before.append(switch_recording(self.on))
        self._entered = True
        return self


inference_mode = no_grad


def is_grad_enabled():
    """Is what this thread computes followed?

    Returns
    -------
    bool
        True unless no_grad is on.
    """
    return is_recording()
