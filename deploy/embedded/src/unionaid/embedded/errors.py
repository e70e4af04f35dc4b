"""What went wrong with the stack, and what its user can do about it."""

import errno
import resource
import shutil
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# PostgreSQL's and Kafka's files grow in steps of 16 and 10 MiB.
FREE_BYTES_MIN = 32 * 1024 * 1024
_FULL_WORDS = ("No space left on device", "File too large", "Disk quota exceeded")


class StackError(Exception):
    """A trouble of the machine the stack runs on.

    `message` says what is the matter, `way_on` what to do next; both are shown to the user as they are.
    """

    def __init__(self, message: str, way_on: str) -> None:
        super().__init__(f"{message}\n{way_on}")
        self.message = message
        self.way_on = way_on


def disk_full(where: Path) -> StackError:
    """The error for a full disk, a spent quota or a limit on the size of files at `where`."""
    return StackError(
        f"No more can be written at {where}: the disk is full, or a quota or file size limit is reached.",
        "Free some space (or raise the limit) and start again: what was acknowledged is kept.",
    )


def explained(error: Exception, home: Path) -> StackError:
    """Say in the user's words what `error`, which came up while working in `home`, means."""
    if isinstance(error, StackError):
        return error
    if isinstance(error, OSError) and is_disk_full(error):
        return disk_full(home)
    if isinstance(error, PermissionError):
        return StackError(
            f"{error.filename or home} belongs to another user: was the stack run by root before?",
            "Run as that user, or give this one a directory of its own: UNIONAID_HOME=<directory> ./unionaid up",
        )
    return StackError(f"{type(error).__name__}: {error}", f"If that does not say why, see {home / 'logs'}")


def is_disk_full(error: OSError) -> bool:
    """True if `error` says that no more can be written."""
    return error.errno in _FULL


def looks_full(log: Path, where: Path) -> bool:
    """True if a server that failed did so for want of space: its log says it, or `where` has none left.

    Not every server finds words: Kafka, for one, ends in a null pointer when its index files cannot grow.
    """
    if any(word in tail(log) for word in _FULL_WORDS):
        return True
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    limited = limit != resource.RLIM_INFINITY and limit < FREE_BYTES_MIN
    return limited or shutil.disk_usage(where).free < FREE_BYTES_MIN


def tail(log: Path, *, bytes_max: int = 8_192) -> str:
    """The last `bytes_max` bytes of a log as text; empty if there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - bytes_max))
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
