import threading

import pytest

from twinfed.endpoint.jobs import BusyError, Jobs, Status
from twinfed.errors import UnknownNameError, UsageError
from twins.clock import ManualClock


class Work:
    """Runs until it is let go; tells its progress on the way."""

    def __init__(self):
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()

    def __call__(self, request, tell):
        self.begun.release()
        while not self.go.wait(0.005):
            tell(1, 3, "running")
        if isinstance(request, Exception):
            raise request
        tell(3, 3, "running")
        return f"answer to {request}"


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def jobs(work):
    made = Jobs(work, ManualClock(1), running=1, waiting=1, keep=2)
    yield made
    work.go.set()
    made.close()


def _end(job):
    job.future.result(timeout=10)
    return job


def test_a_job_runs_and_keeps_its_answer(jobs, work):
    job = jobs.submit("a")
    work.begun.acquire(timeout=10)
    assert jobs.get(job.id).status is Status.RUNNING
    work.go.set()
    done = _end(job)
    assert (done.status, done.result, done.done, done.total) == (
        Status.SUCCEEDED,
        "answer to a",
        3,
        3,
    )
    assert done.finished_at is not None


def test_no_more_wait_than_may(jobs, work):
    jobs.submit("a")
    work.begun.acquire(timeout=10)
    jobs.submit("b")
    with pytest.raises(BusyError, match="ask again later"):
        jobs.submit("c")


def test_a_waiting_job_is_cancelled_before_it_begins(jobs, work):
    first = jobs.submit("a")
    work.begun.acquire(timeout=10)
    second = jobs.submit("b")
    assert jobs.cancel(second.id).status is Status.CANCELLED
    work.go.set()
    _end(first)
    assert not work.begun.acquire(blocking=False)


def test_a_running_job_stops_at_its_next_word(jobs, work):
    job = jobs.submit("a")
    work.begun.acquire(timeout=10)
    jobs.cancel(job.id)
    assert _end(job).status is Status.CANCELLED


def test_an_error_of_the_product_is_told(jobs, work):
    work.go.set()
    job = _end(jobs.submit(UsageError("no such thing")))
    assert job.status is Status.FAILED
    assert "no such thing" in str(job.error)


def test_a_defect_is_logged_and_hides_its_inside(jobs, work, caplog):
    work.go.set()
    job = _end(jobs.submit(ZeroDivisionError("secret path")))
    assert job.status is Status.FAILED
    assert "secret path" not in str(job.error)
    assert "secret path" in caplog.text


def test_finished_jobs_are_forgotten_oldest_first_and_on_request(jobs, work):
    work.go.set()
    made = [_end(jobs.submit(name)) for name in "abcd"]
    with pytest.raises(UnknownNameError):
        jobs.get(made[0].id)
    assert jobs.get(made[3].id).result == "answer to d"
    jobs.cancel(made[3].id)
    with pytest.raises(UnknownNameError):
        jobs.get(made[3].id)
