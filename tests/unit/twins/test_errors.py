import pickle

import pytest

from twins import errors


def test_a_message_says_where_what_and_the_remedy():
    error = errors.TwinfedError("the tank leaks", where="site KAN", remedy="mend it")
    assert str(error) == "site KAN: the tank leaks; mend it"


def test_a_whole_message_may_stand_alone():
    assert str(errors.TwinfedError("all is said")) == "all is said"


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.TelemetryError, ValueError),
        (errors.UnknownSiteError, LookupError),
        (errors.DegradedError, RuntimeError),
        (errors.JournalUnavailableError, OSError),
        (errors.JournalCorruptError, ValueError),
        (errors.FencedError, PermissionError),
        (errors.SequenceGap, ValueError),
        (errors.StaleSourceError, ValueError),
    ],
)
def test_each_error_is_also_the_matching_builtin(error, builtin):
    assert issubclass(error, builtin)
    assert issubclass(error, errors.TwinfedError)
    assert error.__name__ in errors.__doc__


@pytest.mark.parametrize(
    "error",
    [
        errors.TwinfedError("what", where="where", remedy="remedy"),
        errors.JournalUnavailableError("what", where="where", remedy="remedy"),
        errors.FencedError("what", where="where", remedy="remedy"),
        errors.SequenceGap(3, "stream", 5, 1),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_cross_process_borders_whole(error):
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_a_gap_names_the_batch_to_send():
    gap = errors.SequenceGap(3, "stream 'site/KAN', source 'gateway'", 5, 1)
    assert (gap.expected, gap.got, gap.source_epoch) == (3, 5, 1)
    assert str(gap) == (
        "stream 'site/KAN', source 'gateway': batch 3 is expected, 5 came; "
        "send the batches again from sequence 3"
    )
