"""Work centres with times of their own: further rows of ``OPTYPE_C``, behind those of all parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.simulation.compile import units
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.model import Records
from analytics.simulation.names import Names
from federation.topology.product_model import OperationSpec


def with_own_times(optype: Records, steps: Sequence[OperationSpec], names: Names) -> Records:
    """The table with a row for each alternative of each operation.

    The row of the routing has the mean times of its alternatives, for estimates of work that no
    work centre has yet.

    Parameters
    ----------
    optype
        ``OPTYPE_C`` of all routings.
    steps
        The operation of each row.
    names
        Rows of the work centres.

    Raises
    ------
    CompileError
        When an alternative is no work centre of the cluster.
    """
    rows: list[Records] = []
    for base, step in enumerate(steps):
        chain = base
        for one in step.alternatives:
            group = names.group_row.get((one.site, one.work_centre))
            if group is None:
                raise CompileError(
                    f"operation '{step.id}' names the alternative {one.site}/{one.work_centre}, "
                    "which does not exist; correct the routing"
                )
            row = optype[base : base + 1].copy()
            row["unit_ns"] = round(one.unit_time_min * units.NS_PER_MIN)
            row["cycle_ms"] = units.minutes(one.cycle_time_min)
            row["setup_ms"] = units.minutes(one.setup_time_min)
            row["alternative"] = 0
            row["at_group"] = group + 1
            at = len(optype) + len(rows)
            row["base_back"] = at - base
            if chain == base:
                optype["alternative"][base] = at + 1
            else:
                rows[chain - len(optype)]["alternative"] = at + 1
            chain = at
            rows.append(row)
        if step.alternatives:
            own = np.concatenate(rows[-len(step.alternatives) :])
            for column in ("unit_ns", "cycle_ms", "setup_ms"):
                optype[column][base] = int(own[column].mean())
    return np.concatenate([optype, *rows]) if rows else optype
