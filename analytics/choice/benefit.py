"""What rerouting brings against the best response without it: money, late orders, CO2e."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.answer import Context, Figures, ResponseInfo
from analytics.choice.criterion import WORDS, saving, share_saved
from analytics.statistics import LEVEL, Interval
from analytics.wording import between, number

_NOTHING = 0.05
"""Orders and kilograms that round to nothing."""
_NO_MONEY = 0.5
"""Money that rounds to nothing."""


@dataclass(frozen=True, slots=True)
class Benefit:
    """The best response that reroutes, less the best that does not, over the same draws.

    Parameters
    ----------
    rerouting, without
        The two responses.
    money
        What rerouting saves, by the criterion of the choice.
    share
        The same as a share of what the other costs.
    late_orders, emission_kg
        By how much they fall, on average; negative: they rise. ``None``: not counted.
    """

    rerouting: ResponseInfo
    without: ResponseInfo
    money: Interval
    share: Interval
    late_orders: Interval | None
    emission_kg: Interval | None

    def words(self, context: Context) -> str:
        """A sentence."""
        where = WORDS[context.choose_by]
        title = f"{self.rerouting.title[:1].upper()}{self.rerouting.title[1:]}"
        other = f"{self.without.title}, the best response without rerouting"
        if max(abs(self.money.low), abs(self.money.high), abs(self.money.estimate)) < _NO_MONEY:
            return f"{title} costs the same as {other}."
        size, money = abs(self.money.estimate), context.currency
        less = "saves" if self.money.estimate >= 0.0 else "costs"
        more = "" if self.money.estimate >= 0.0 else " more"
        shown = self.money if self.money.estimate >= 0.0 else _turned(self.money)
        share = self.share if self.money.estimate >= 0.0 else _turned(self.share)
        span = f" ({between(shown)})" if shown.has_bounds else ""
        part = f", {100 * share.estimate:.1f} %"
        if share.has_bounds:
            part += f" ({100 * share.low:.1f} to {100 * share.high:.1f} %)"
        text = f"{title} {less} {number(size)} {money}{more}{where}{span}{part} against {other}"
        beside = [
            _fewer(self.late_orders, "late orders", "fewer"),
            _fewer(self.emission_kg, "kg CO2e", "less"),
        ]
        told = [one for one in beside if one]
        return f"{text}; on average {' and '.join(told)}." if told else f"{text}."


def benefit_of(figures: Figures, context: Context, level: float = LEVEL) -> Benefit | None:
    """The benefit of rerouting.

    Parameters
    ----------
    level
        Of the intervals.

    Returns
    -------
    Benefit | None
        ``None`` where not both kinds of response were run.
    """
    best, without = (best_of(figures, context, reroutes=kind) for kind in (True, False))
    if best is None or without is None:
        return None

    def fall(kpi: str) -> Interval | None:
        if not figures.defined(best.id, kpi) or not figures.defined(without.id, kpi):
            return None
        return figures.paired(without.id, best.id, kpi, level)

    return Benefit(
        rerouting=best,
        without=without,
        money=saving(figures, context, without.id, best.id, level),
        share=share_saved(figures, context, without.id, best.id, level),
        late_orders=fall("late_orders"),
        emission_kg=fall("emission_kg"),
    )


def best_of(figures: Figures, context: Context, *, reroutes: bool) -> ResponseInfo | None:
    """The cheapest response of a kind by the criterion; of equal ones the first; ``None``: none."""
    waiting = context.waiting.id
    kind = [one for one in context.responses if one.reroutes is reroutes]
    return max(
        kind,
        key=lambda one: saving(figures, context, waiting, one.id).estimate,
        default=None,
    )


def _turned(one: Interval) -> Interval:
    return Interval(-one.estimate, -one.high, -one.low, one.count)


def _fewer(fall: Interval | None, what: str, less: str) -> str:
    """``12.5 late orders fewer (10 to 15)``; nothing where it is not counted."""
    if fall is None:
        return ""
    if abs(fall.estimate) < _NOTHING:
        return f"as many {what}" if less == "fewer" else "as much CO2e"
    shown, word = (fall, less) if fall.estimate > 0.0 else (_turned(fall), "more")
    span = f" ({between(shown)})" if shown.has_bounds else ""
    return f"{number(shown.estimate)} {what} {word}{span}"
