"""Single facts of the compiled bound, for models of other solvers: spans of work, departures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numba
import numpy as np

from analytics.rerouting.bounds.alone.nouns import Bill, Shop, Ways
from analytics.rerouting.bounds.alone.rules import (
    departure,
    least_units,
    share_ms,
    units_at_once,
    work_ms,
)
from analytics.rerouting.decode.nouns import Rules
from analytics.simulation import layout
from analytics.simulation.cache import CompiledEntry
from analytics.simulation.layout import FOREVER
from analytics.simulation.rules.transport import journey_end

ARGUMENTS: dict[str, Any] = {
    "scalar": layout.SCALAR_C,
    "calendar": layout.CALENDAR_C,
    "interval": layout.INTERVAL_C,
    "closure": layout.INTERVAL_C,
    "timetable": 1,
    "group_c": layout.GROUP_C,
    "optype_c": layout.OPTYPE_C,
    "lot_c": layout.LOT_C,
    "link_c": layout.LINK_C,
    "lot": layout.LOT_S,
    "op": layout.OP_S,
    "exact": 0,
    "best_ppm": 1,
    "shut_first": 1,
    "shut": 2,
    # asked: operations at work centres, and departures between two moments
    "ask_op": 1,
    "ask_group": 1,
    "since_ms": 0,
    "until_ms": 0,
    # told
    "units": 1,
    "at_once": 1,
    "span_ms": 1,
    "share": 1.0,
    "departures": 1,
    "depart_ms": 2,
    "arrive_ms": 2,
}
"""Names and types of the arguments, written as in ``decode.entry``."""


def _signature() -> Any:
    types: list[Any] = []
    for kind in ARGUMENTS.values():
        if isinstance(kind, np.dtype):
            types.append(numba.from_dtype(kind)[::1])
        elif kind == 0:
            types.append(numba.int64)
        else:
            base = numba.float64 if isinstance(kind, float) else numba.int64
            types.append(numba.types.Array(base, int(kind), "C"))
    return numba.int64(*types)


def _facts(
    scalar: Any, calendar: Any, interval: Any, closure: Any, timetable: Any, group_c: Any,
    optype_c: Any, lot_c: Any, link_c: Any, lot: Any, op: Any, exact: Any, best_ppm: Any,
    shut_first: Any, shut: Any, ask_op: Any, ask_group: Any, since_ms: Any, until_ms: Any,
    units: Any, at_once: Any, span_ms: Any, share: Any, departures: Any, depart_ms: Any,
    arrive_ms: Any,
) -> int:  # fmt: skip
    """Units, least span and own machine time of operations; departures of links with a timetable.

    ``at_once`` int64 is the least size of the largest share of an operation, which its span is for.

    ``departures`` int64[links] is the number of rows of ``depart_ms`` and ``arrive_ms``
    int64[links, most] that are filled. Returns the number of links with more than fit.
    """
    rules = Rules(scalar, calendar, interval, closure)
    bill = Bill(lot_c, optype_c, None, lot, op, exact, None, None)
    shop = Shop(group_c, best_ppm, None, None, None, None, None, 0, 0)
    ways = Ways(link_c, timetable, None, None, shut_first, shut, None)
    for row in range(len(ask_op)):
        mine = op[ask_op[row]].lot
        count = least_units(bill, mine, ask_op[row] - lot_c[mine].first_op)
        units[row] = count
        whole_ms = work_ms(bill, shop, ask_group[row], ask_op[row], count)
        share[row] = share_ms(shop, ask_group[row], count, whole_ms)
        at_once[row] = units_at_once(bill, shop, ask_group[row], ask_op[row], count)
        span_ms[row] = whole_ms
        if at_once[row] < count:
            span_ms[row] = work_ms(bill, shop, ask_group[row], ask_op[row], at_once[row])
    short = 0
    for link in range(len(link_c)):
        departures[link] = 0
        if link_c[link].departures == 0 or link_c[link].consolidation_ms > 0:
            continue
        moment = departure(rules, ways, link, since_ms)
        while moment <= until_ms and departures[link] < depart_ms.shape[1]:
            depart_ms[link, departures[link]] = moment
            arrive_ms[link, departures[link]] = journey_end(rules, link_c[link], moment, 1.0)
            departures[link] += 1
            moment = departure(rules, ways, link, moment + 1)
        if moment <= until_ms and moment < FOREVER:
            short += 1
    return short


FACTS = CompiledEntry(
    "bound facts", _facts, _signature, sorted(Path(__file__).parent.glob("*.py")), about_s=10
)
