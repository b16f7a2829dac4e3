"""What a plant tells as lists: orders with suppliers, fuel, absences, vehicles that are out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.simulation.compile.people import pool_ids
from analytics.simulation.distributions import DETERMINISTIC
from analytics.simulation.layout import FOREVER, PL_PER_L, PPM, SUPPLY_ORDERS
from analytics.simulation.model import SimModel, SimState
from federation.cut_under_way import vehicle_assets
from federation.routes import legs
from twins.assets import POOL, SITE
from twins.clock import to_datetime
from twins.under_way import Absence, Away, Delivery, Entry, text_of

Back = Callable[[int, int], int | None]
"""Row of a pool and ms of now, to the ms at which people are expected back."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it is told."""

    site: str
    asset: str
    signal: str
    text: str


class ListTeller:
    """Tells the lists of a plant that changed since it was last asked.

    Parameters
    ----------
    model
        Constants and names.
    start_us
        Moment that is 0 ms, in microseconds of the Unix epoch.
    back
        When people who are away are expected back.
    """

    def __init__(self, model: SimModel, start_us: int, back: Back) -> None:
        self._model = model
        self._start_us = start_us
        self._back = back
        self._told: dict[tuple[str, str], str] = {}
        self._seen: tuple[bytes, ...] = ()
        cluster = model.cluster
        self._pools = pool_ids(cluster) if cluster is not None else ()
        self._vehicles = list(vehicle_assets(cluster)) if cluster is not None else []
        rows = enumerate(legs(cluster)) if cluster is not None else ()
        self._link_row = {(leg.link.id, leg.start): row for row, leg in rows}

    def everything(self, state: SimState) -> Iterator[Listed]:
        """All lists, also those with nothing in them."""
        self._told.clear()
        self._seen = ()
        yield from self.news(state)

    def news(self, state: SimState) -> Iterator[Listed]:
        """The lists that changed."""
        seen = (
            state.supply.tobytes(),
            state.site["delivery_ms"].tobytes(),
            state.pool["change_ppm"].tobytes(),
            state.link["out"].tobytes(),
        )
        if seen == self._seen:
            return
        self._seen = seen
        for listed in self._all(state):
            key = (listed.site, listed.asset)
            if self._told.get(key) != listed.text:
                self._told[key] = listed.text
                yield listed

    def _all(self, state: SimState) -> Iterator[Listed]:
        names = self._model.names
        materials = len(names.materials)
        for number, supplier in enumerate(self._model.supply):
            site, material = divmod(int(supplier["stock"]), materials)
            asset = f"material:{names.materials[material]}"
            orders = text_of(self._orders(state, number))
            yield Listed(names.sites[site], asset, "supply.under_way", orders)
        for row, constant in enumerate(self._model.site):
            if constant["genset_mw"] > 0 and constant["delivery_lead_ms"] < FOREVER:
                yield Listed(
                    names.sites[row], SITE, "fuel.under_way", text_of(self._fuel(state, row))
                )
        for row, (site_id, kind, pool) in enumerate(self._pools):
            if kind == "people":
                away = text_of(self._absent(state, row))
                yield Listed(site_id, POOL + pool, "people.absent", away)
        for link, start, teller, asset in self._vehicles:
            away = text_of(self._away(state, self._link_row[link, start]))
            yield Listed(teller, asset, "vehicles.away", away)

    def _orders(self, state: SimState, supplier: int) -> Sequence[Entry]:
        """Orders with a supplier; one whose lead time never varies says when it comes."""
        first = supplier * SUPPLY_ORDERS
        sure = self._model.dist["kind"][self._model.supply["lead_dist"][supplier]] == DETERMINISTIC
        rows = [row for row in state.supply[first : first + SUPPLY_ORDERS] if row["milli"] > 0]
        rows.sort(key=lambda row: (int(row["ordered_ms"]), int(row["due_ms"])))
        return [
            Delivery(
                quantity=int(row["milli"]) / 1000.0,
                ordered=self._moment(row["ordered_ms"]),
                expected=self._moment(row["due_ms"]) if sure else None,
            )
            for row in rows
        ]

    def _fuel(self, state: SimState, site: int) -> Sequence[Entry]:
        due = int(state.site["delivery_ms"][site])
        if due >= FOREVER:
            return []
        constant = self._model.site[site]
        litres = int(state.site["due_pl"][site]) or int(constant["delivery_pl"])
        ordered = self._moment(due - int(constant["delivery_lead_ms"]))
        return [Delivery(quantity=litres / PL_PER_L, ordered=ordered, expected=self._moment(due))]

    def _absent(self, state: SimState, pool: int) -> Sequence[Entry]:
        missing = -int(state.pool["change_ppm"][pool]) / PPM
        if missing <= 0.0:
            return []
        back_ms = self._back(pool, int(state.clock["now_ms"][0]))
        return [Absence(people=missing, until=None if back_ms is None else self._moment(back_ms))]

    def _away(self, state: SimState, link: int) -> Sequence[Entry]:
        rows, row = [], int(state.link["out"][link])
        while row > 0:
            rows.append(row)
            row = int(state.consignment["next_out"][row - 1])
        return [
            Away(
                back=self._moment(state.consignment["back_ms"][row - 1]),
                consignment=consignment_name(row - 1),
            )
            for row in sorted(rows)
        ]

    def _moment(self, time_ms: int) -> datetime:
        return to_datetime(self._start_us + int(time_ms) * 1000)


def consignment_name(row: int) -> str:
    """What the consignment of a row is called."""
    return f"C-{row + 1:06d}"
