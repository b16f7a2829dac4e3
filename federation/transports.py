"""Transport: a consignment that departed, and how the ledger keeps it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class Transport:
    """A consignment that departed.

    Parameters
    ----------
    consignment
        Id given by who sends it.
    link, start
        The link and the place it left.
    lots
        What is in it, by name.
    depart, eta
        When it left, and when it is expected.
    """

    consignment: str
    link: str
    start: str
    lots: tuple[str, ...]
    depart: datetime
    eta: datetime | None

    def merged(self, found: Transport) -> Transport:
        """The consignment with what was told of it later: more lots, another arrival."""
        lots = tuple(sorted({*self.lots, *found.lots}))
        return replace(self, lots=lots, depart=min(self.depart, found.depart), eta=found.eta)

    def to_json(self) -> str:
        """The text that ``from_json`` reads."""
        return json.dumps(
            {
                "consignment": self.consignment,
                "link": self.link,
                "start": self.start,
                "lots": list(self.lots),
                "depart": self.depart.isoformat(),
                "eta": self.eta.isoformat() if self.eta else None,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Transport:
        """The transport that ``to_json`` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            When the text is none.
        """
        found = json.loads(text)
        eta = found["eta"]
        return cls(
            found["consignment"],
            found["link"],
            found["start"],
            tuple(found["lots"]),
            datetime.fromisoformat(found["depart"]),
            datetime.fromisoformat(eta) if eta else None,
        )
