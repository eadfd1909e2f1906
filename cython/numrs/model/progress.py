"""What a person sees while a model is trained: a bar where there is somebody to see it, and a line for each epoch."""

import sys
import time


def someone_is_there():
    """Is standard output a terminal, or a notebook's?"""
    if "ipykernel" in sys.modules:
        return True
    try:
        return sys.stdout is not None and sys.stdout.isatty()
    except (AttributeError, ValueError):
        return False


def level_of(function, verbose):
    """0 (silent), 1 (bar and lines) or 2 (lines)."""
    if verbose == "auto":
        return 1 if someone_is_there() else 0
    if verbose in (0, 1, 2):  # False and True too
        return int(verbose)
    raise ValueError(f"{function}: verbose is {verbose!r}, expected 'auto', 0, 1 or 2")


def figures(logs):
    """name 0.1234  name 0.5678"""
    return "  ".join(f"{name} {value:.4g}" for name, value in logs.items())


class Progress:
    """A bar over the steps of an epoch, and its line."""

    def __init__(self, level, epochs, steps):
        self.level, self.epochs, self.steps = level, epochs, steps
        self.every = 0  # steps between two calls of `step`; 0: never call it
        self._bar = self._make = None
        if level == 1:
            try:
                from tqdm.auto import tqdm  # type: ignore[import-untyped]
            except ImportError:
                return
            self._make = tqdm
            self.every = 1

    def begin(self, epoch):
        self._start = self._seen = time.perf_counter()
        if self._make is not None:
            self._bar = self._make(total=self.steps, leave=False, desc=f"Epoch {epoch + 1}/{self.epochs}", unit="step")

    def step(self, done):
        """Moves the bar; about twenty times a second."""
        now = time.perf_counter()
        if now - self._seen < 0.025:
            self.every *= 2
        elif now - self._seen > 0.1 and self.every > 1:
            self.every //= 2
        self._seen = now
        self._bar.update(done - self._bar.n)

    def end(self, epoch, logs):
        self.close()
        if self.level:
            self.write(f"Epoch {epoch + 1}/{self.epochs}  {figures(logs)}  {time.perf_counter() - self._start:.2f} s")

    def close(self):
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def write(self, line):
        if sys.stdout is not None:
            print(line, flush=True)
