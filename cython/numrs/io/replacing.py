"""Writing a file beside the old one and putting it in its place when it is complete and on the disk."""

import os
import secrets
import stat
from contextlib import contextmanager


@contextmanager
def replacing(path):
    """A binary file open for writing that becomes `path` at the end; on any exception the old file stays as it was.

    A symbolic link is replaced itself, what it points to stays.
    """
    path = os.fspath(path)
    path = os.fsdecode(path) if isinstance(path, bytes) else path
    try:
        old = os.lstat(path)
    except FileNotFoundError:
        old = None
    if old is not None and not (stat.S_ISREG(old.st_mode) or stat.S_ISLNK(old.st_mode)):
        raise OSError(f"cannot write {path}: it is not a regular file")
    folder, name = os.path.split(path)
    # The whole path, in case that somebody changes the working directory meanwhile.
    folder = os.path.abspath(folder or ".")
    beside = os.path.join(folder, f".{name[:200]}.{secrets.token_hex(8)}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        if old is not None and stat.S_ISREG(old.st_mode):
            try:
                os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
            except OSError:
                pass  # a file system without modes
        with os.fdopen(descriptor, "wb") as file:
            descriptor = None
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, os.path.join(folder, name))
    except BaseException:
        if descriptor is not None:
            os.close(descriptor)
        try:
            os.unlink(beside)
        except OSError:
            pass
        raise
    try:
        directory = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(directory)
    except OSError:
        pass  # some file systems cannot
    finally:
        os.close(directory)
