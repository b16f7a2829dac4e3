"""Material of the exact model: when it can be there, and how much of it there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analytics.rerouting.exact.case import Case, Option
from analytics.simulation.layout import FOREVER

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from analytics.rerouting.exact.model import Order
    from analytics.rerouting.exact.work import Done


def material_from(case: Case, model: cp_model.CpModel, done: Done) -> None:
    """No step begins before the site can have its material, as if nothing else took any."""
    for option, there in zip(done.step.options, done.at, strict=True):
        moment = _soonest(case, done.step.op, option)
        if moment > 0:
            model.add(done.start >= min(moment, case.horizon)).only_enforce_if(there)


def _takes(case: Case, op: int) -> range:
    """Rows of ``CONSUME_C`` of an operation; none where it has its material already."""
    state, kind = case.problem.state, int(case.problem.state.op["optype"][op])
    lot = int(state.op["lot"][op])
    present = int(case.problem.model.lot["first_op"][lot]) + int(state.lot["op"][lot])
    rest = int(state.lot["good"][lot]) > 0 and op == present
    if rest or int(state.op["visits"][op]) > 0 or int(state.op["left_ms"][op]) > 0:
        return range(0)
    first, count = (
        int(case.problem.model.optype[name][kind]) for name in ("first_consume", "consumes")
    )
    return range(first, first + count)


def _soonest(case: Case, op: int, option: Option) -> int:
    """Units from the decision; the horizon where it does not come."""
    model, given = case.problem.model, case.given
    owner = int(model.lot["owner"][int(case.problem.state.op["lot"][op])])
    moment = 0
    for head in _takes(case, op):
        soonest = FOREVER
        at = head
        while at >= 0:
            choice = model.consume[at]
            if int(choice["owner"]) in (0, owner):
                row = option.site * len(model.names.materials) + int(choice["material"])
                need = int(choice["milli_per_unit"]) * option.units
                first, last = (int(given["stock_first"][row + k]) for k in (0, 1))
                for event in range(first, last):
                    if int(given["stock_milli"][event]) >= need:
                        soonest = min(soonest, int(given["stock_ms"][event]))
                        break
            at = int(choice["alternative"]) - 1
        when = case.horizon if soonest >= FOREVER else case.since(soonest)
        moment = max(moment, when)
    return moment


def limit_material(case: Case, model: cp_model.CpModel, orders: Sequence[Order]) -> None:
    """Orders that are delivered take no more of a material than a site can have."""
    consume, given = case.problem.model.consume, case.given
    materials = len(case.problem.model.names.materials)
    taken: dict[int, list[cp_model.LinearExprT]] = defaultdict(list)
    for order in orders:
        most: dict[int, int] = defaultdict(int)
        for done in order.steps:
            for head in _takes(case, done.step.op):
                if int(consume["alternative"][head]) > 0:
                    continue  # what it takes is not known
                for option, there in zip(done.step.options, done.at, strict=True):
                    row = option.site * materials + int(consume["material"][head])
                    need = int(consume["milli_per_unit"][head]) * option.units
                    taken[row].append(need * there)
                    most[row] += need
        for row, need in most.items():
            taken[row].append(-need * order.lost)
    for row, mine in taken.items():
        last = int(given["stock_first"][row + 1])
        whole = int(given["stock_milli"][last - 1]) if last > int(given["stock_first"][row]) else 0
        if whole < FOREVER:
            model.add(sum(mine) <= whole)
