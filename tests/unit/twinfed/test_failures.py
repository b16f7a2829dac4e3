import errno

import pytest

from federation.errors import FederationError, WorkspaceError
from twinfed.cli import failures
from twinfed.errors import PlaceError, UnknownNameError, UsageError, WhatIfError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no such engine", remedy="use local"), 2),
        (UnknownNameError("no such site"), 2),
        (PlaceError("read-only"), 2),
        (WhatIfError("a run failed"), 1),
        (FederationError("a host does not answer"), 1),
        (WorkspaceError("/data is in use by another federation"), 2),
        (OSError(errno.ENOSPC, "No space left on device", "/out"), 2),
        (MemoryError(), 1),
        (ZeroDivisionError("division by zero"), 70),
        (OSError(errno.EBADF, "Bad file descriptor"), 70),
    ],
)
def test_an_error_has_its_exit_code(error, code):
    assert failures.describe(error)[1] == code


def test_a_mistake_is_told_in_one_message_without_traceback(capsys):
    error = UsageError("there is no engine 'x'", where="--engine", remedy="use local or ray")
    assert failures.report(error, debug=False) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "error: --engine: there is no engine 'x'; use local or ray\n"


def test_a_defect_shows_where_it_is(capsys):
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    assert failures.report(caught.value, debug=False) == 70
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert "not yours" in told


def test_a_full_disk_comes_with_its_file_and_remedy():
    message, _ = failures.describe(OSError(errno.ENOSPC, "No space left on device", "/out/x"))
    assert message.startswith("error: /out/x: No space left on device; free space")
