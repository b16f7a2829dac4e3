"""From an error to what the user reads and the exit code.

===== ============================================================================================
code  meaning
===== ============================================================================================
0     done
1     done, and the answer is bad: a journal is damaged, a cluster has problems, a case failed
2     asked for wrongly: options, files, a folder or port that cannot be used
70    a defect of twinfed; the traceback is printed
130   ended by Ctrl-C
143   ended by SIGTERM; ``serve`` ends with 0
===== ============================================================================================
"""

from __future__ import annotations

import errno
import sys
import traceback
from contextlib import suppress

OK, BAD_ANSWER, USER_MISTAKE, DEFECT, INTERRUPTED, TERMINATED = 0, 1, 2, 70, 130, 143

_REMEDIES = {
    errno.EACCES: "choose a place that you may write to, or change its permissions",
    errno.EPERM: "choose a place that you may write to, or change its permissions",
    errno.EROFS: "choose a folder on a file system that is not read-only",
    errno.ENOSPC: "free space on the disk, or choose a folder on another one",
    errno.ENOENT: "correct the path",
    errno.ENOTDIR: "a part of the path is a file; correct the path",
    errno.EISDIR: "the path is a folder; name a file in it",
    errno.ENAMETOOLONG: "use a shorter name",
    errno.ELOOP: "the path runs in a circle of links; correct the path",
    errno.EEXIST: "there is something of that name already; choose another",
    errno.EADDRINUSE: "end the program that uses it, or choose another with --port",
    errno.EMFILE: "raise the limit of open files: ulimit -n 4096",
    errno.ENOMEM: "free memory, or ask for fewer workers",
}


def report(error: BaseException, *, debug: bool) -> int:
    """Print one message to standard error and give the exit code."""
    if isinstance(error, KeyboardInterrupt):
        _say("interrupted")
        return INTERRUPTED
    message, code = describe(error)
    if debug or code == DEFECT:
        traceback.print_exception(error)
    _say(message)
    return code


def describe(error: BaseException) -> tuple[str, int]:
    """The message and the exit code of ``error``."""
    from twins.errors import TwinfedError

    if isinstance(error, TwinfedError):
        mistaken = isinstance(error, (ValueError, LookupError, OSError, TypeError))
        return f"error: {_text(error)}", USER_MISTAKE if mistaken else BAD_ANSWER
    if isinstance(error, OSError):
        remedy = _REMEDIES.get(error.errno or 0)
        if remedy is not None:
            where = f"{error.filename}: " if error.filename else ""
            return f"error: {where}{error.strerror}; {remedy}", USER_MISTAKE
    if isinstance(error, MemoryError):
        return "error: out of memory; ask for fewer workers or replications", BAD_ANSWER
    message = (
        f"defect: {type(error).__name__}: {error}; please report it with the lines above, it is a "
        "mistake in twinfed, not yours"
    )
    return message, DEFECT


def _text(error: BaseException) -> str:
    # str() of a LookupError of the KeyError kind puts quotes around the message.
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])
    return str(error)


def _say(message: str) -> None:
    with suppress(OSError):  # a full disk or a reader that left: no reason to end the work
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()
