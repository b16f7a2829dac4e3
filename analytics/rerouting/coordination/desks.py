"""What each site can plan by itself: its own work centres, and the trees of lots that touch it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.rerouting.decoding import Decoded, Decoder, Floats, Focus
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.trees import plan_order
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import Ints

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class OwnCentres:
    """The candidates of every operation at the work centres of one site."""

    rows: tuple[Ints, Ints]

    @classmethod
    def of(cls, problem: ReroutingProblem, site: int) -> OwnCentres:
        """Those of a site that qualify."""
        first, groups = problem.table.rows
        own = problem.model.group["site"][groups] == site
        counts = np.concatenate([[0], np.cumsum(own)])[first]
        return cls((counts.astype(np.int64), groups[own]))

    @property
    def counts(self) -> Ints:
        """int64[optypes]: candidates of each operation type."""
        counts: Ints = np.diff(self.rows[0])
        return counts


class Desks:
    """The planning desks of all sites over one problem.

    Parameters
    ----------
    problem
        The question.
    """

    def __init__(self, problem: ReroutingProblem) -> None:
        self.problem = problem
        model, state = problem.model, problem.state
        self.site_of = model.group["site"].astype(np.int64)
        self._order, first = plan_order(problem)
        self.trees = len(first) - 1
        self._sizes = np.diff(first)
        tree = np.full(len(model.lot), NONE, dtype=np.int64)
        tree[self._order] = np.repeat(np.arange(self.trees), self._sizes)
        self.root = self._order[first[1:] - 1]
        self.tree_of_op = tree[state.op["lot"]]
        self.free = (problem.pins == Pin.FREE) & (self.tree_of_op != NONE)
        self._open = (problem.pins != Pin.STARTED) & (self.tree_of_op != NONE)
        self.present = state.op["group"].astype(np.int64)
        self._pinned = np.ones(len(state.op), dtype=np.int64)
        self._decoders: dict[int, tuple[OwnCentres, Decoder]] = {}
        self._whole = Decoder(problem)
        self._taught = self._whole.second_pass(self._whole.decode())

    def own(self, site: int) -> OwnCentres:
        """The work centres of a site."""
        return self._desk(site)[0]

    def _desk(self, site: int) -> tuple[OwnCentres, Decoder]:
        if site not in self._decoders:
            centres = OwnCentres.of(self.problem, site)
            self._decoders[site] = (centres, Decoder(self.problem, centres))
        return self._decoders[site]

    def touching(self, group: Ints, site: int) -> Flags:
        """bool[trees]: trees with an operation that is still to be done at a site."""
        here = self._open & (group != NONE) & (self.site_of[group] == site)
        found = np.zeros(self.trees, dtype=np.bool_)
        found[self.tree_of_op[here]] = True
        return found

    def plan(
        self, site: int, group: Ints, trees: Flags, free: Flags, *, anywhere: bool = False
    ) -> Decoded:
        """What a site plans for some trees, knowing of no other.

        Parameters
        ----------
        site
            Whose work centres the free operations may go to.
        group
            int64[ops]: the plan as it stands.
        trees
            bool[trees]: those that are planned; others take no capacity.
        free
            bool[ops]: operations that are planned anew.
        anywhere
            Free operations have no place yet: they go to the site, whatever that costs.
        """
        pinned = self._pinned.copy()
        pinned[free] = 0
        present = group.copy()
        if anywhere:
            present[free] = NONE
        return self._desk(site)[1].decode(*self._taught, focus=self._focus(trees, pinned, present))

    def whole(self, group: Ints) -> Decoded:
        """Dates of a plan in which everything stays where it is."""
        every = np.ones(self.trees, dtype=np.bool_)
        return self._whole.decode(*self._taught, focus=self._focus(every, self._pinned, group))

    def _focus(self, trees: Flags, pinned: Ints, present: Ints) -> Focus:
        rows = np.repeat(trees, self._sizes)
        first = np.concatenate([[0], np.cumsum(self._sizes[trees])]).astype(np.int64)
        margin = self.problem.weights.margin_fraction
        return Focus(pinned, present, np.ascontiguousarray(self._order[rows]), first, margin)

    def spent(self, decoded: Decoded, trees: Flags) -> Floats:
        """float64[trees]: money that each planned tree costs; infinite where no way was found."""
        found = np.zeros(self.trees)
        found[trees] = decoded.spent[: int(np.count_nonzero(trees))]
        stuck = self._open & (decoded.start_ms >= FOREVER) & trees[self.tree_of_op]
        found[np.unique(self.tree_of_op[stuck])] = np.inf
        return found
