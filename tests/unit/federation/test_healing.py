import pytest

from federation.errors import FederationError
from federation.runtime.healing import Healer
from federation.runtime.hosts import Done, HostUnavailableError
from twins.host import HostHealth


class AwayHost:
    name = "host-7"
    sites = ("A", "B")

    def __init__(self, away: int, *, gone: bool) -> None:
        self.away, self.gone, self.revived = away, gone, 0

    def health(self):
        if self.away:
            self.away -= 1
            return Done(error=HostUnavailableError("host-7 has ended", gone=self.gone))
        return Done(HostHealth("host-7", 3, None, {}, {}, {}))

    def revive(self):
        self.revived += 1


@pytest.mark.parametrize(("gone", "revived"), [(True, 3), (False, 0)])
def test_a_host_is_waited_for_and_started_again_only_where_it_is_gone(gone, revived):
    pauses, back = [], []
    healer = Healer(lambda host, health: back.append((host.name, health)), pause=pauses.append)
    host = AwayHost(3, gone=gone)
    health = healer.heal(host)
    assert (host.revived, back) == (revived, [("host-7", health)])
    assert pauses == [0.05, 0.1, 0.2]


def test_patience_has_an_end_and_a_remedy():
    healer = Healer(lambda host, health: None, patience_s=0.0, pause=lambda seconds: None)
    with pytest.raises(FederationError, match=r"host-7 \(A, B\) did not come back .* sent again"):
        healer.heal(AwayHost(10, gone=False))
