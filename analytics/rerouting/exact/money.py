"""Money in whole numbers, rounded down, so that the model never counts more than a plan costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

PER_MONEY = 100_000
"""Parts of the unit of money that the solver counts in."""
_MOST = 2**48


class Money:
    """The objective of a model.

    Parameters
    ----------
    model
        Where amounts become variables.
    """

    def __init__(self, model: cp_model.CpModel) -> None:
        self._model = model
        self._terms: list[cp_model.LinearExprT] = []

    def whole(self, money: float) -> int:
        """An amount that is not below 0, rounded down."""
        return min(_MOST, math.floor(max(0.0, money) * PER_MONEY))

    def add(self, money: float, counted: cp_model.LinearExprT) -> None:
        """Charge an amount so often."""
        price = self.whole(money)
        if price > 0:
            self._terms.append(price * counted)

    def amount(self) -> cp_model.IntVar:
        """An amount of its own, in parts of money, which is charged."""
        found = self._model.new_int_var(0, _MOST, "")
        self._terms.append(found)
        return found

    @property
    def total(self) -> cp_model.LinearExprT:
        """What is minimised."""
        return sum(self._terms) if self._terms else 0
