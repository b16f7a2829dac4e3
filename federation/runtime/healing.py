"""Waits until a host answers again, and starts it anew where it will not come back by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from federation.errors import FederationError
from federation.runtime.hosts import Host, HostUnavailableError
from twins.host import HostHealth

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 1.0


class Healer:
    """Brings hosts back.

    Parameters
    ----------
    on_return
        Told of every host that is back, with its health.
    patience_s
        How long a host may be away.
    answer_s
        How long one sign of life may take: its journal is replayed before it answers.
    pause
        Sleeps for some seconds.
    """

    def __init__(
        self,
        on_return: Callable[[Host, HostHealth], None],
        patience_s: float = 120.0,
        answer_s: float = 60.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._on_return = on_return
        self._patience_s, self._answer_s = patience_s, answer_s
        self._pause = pause
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    def heal(self, host: Host) -> HostHealth:
        """Return when ``host`` answers.

        Raises
        ------
        FederationError
            When it does not within the patience.
        """
        with self._guard:
            lock = self._locks.setdefault(host.name, threading.Lock())
        with lock:  # one at a time for a host; others do not wait for it
            end = time.monotonic() + self._patience_s
            pause = _FIRST_PAUSE_S
            while True:
                try:
                    health = host.health().result(self._answer_s)
                except HostUnavailableError as error:
                    if time.monotonic() >= end:
                        raise FederationError(
                            f"{host.name} ({', '.join(host.sites)}) did not come back within "
                            f"{self._patience_s:g} s ({error}); what was not acknowledged has to "
                            "be sent again when it is back: look for the reason in the log"
                        ) from error
                    if error.gone:
                        host.revive()
                    self._pause(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE_S)
                else:
                    self._on_return(host, health)
                    return health
