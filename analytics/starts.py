"""Independent starts of a search, side by side as Ray tasks."""

from __future__ import annotations

from analytics.rerouting.search.policy import Found, Start


class OnRay:
    """Runs the starts of a search on several workers; what they find is that of one after another.

    Parameters
    ----------
    workers
        Processes.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def __call__(self, one: Start[Found], starts: int) -> list[Found]:
        """What each start finds, in the order of the starts."""
        from federation.runtime.ray_runtime import RaySession

        with RaySession(num_cpus=self._workers) as session:
            ray = session.ray
            task, shared = ray.remote(num_cpus=1)(_one), ray.put(one)
            running = [task.remote(shared, number) for number in range(starts)]
            try:
                found: list[Found] = ray.get(running)
            except BaseException:
                for reference in running:  # only then: to cancel what has just ended can end Ray
                    ray.cancel(reference)
                raise
        return found


def _one(start: Start[Found], number: int) -> Found:
    return start(number)
