"""Whether the response that is cheapest on mean values is also the one to choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.answer import Context, Figures, ResponseInfo
from analytics.choice.criterion import WORDS, saving, score
from analytics.statistics import LEVEL, Interval
from analytics.wording import between, number


@dataclass(frozen=True, slots=True)
class Robust:
    """The cheapest response where all goes as expected, and the cheapest over the runs.

    Parameters
    ----------
    on_means, chosen
        The two responses; chosen by the criterion, whether or not the difference is sure.
    loses
        What the first costs more than the second over the runs, by the criterion, paired.
    """

    on_means: ResponseInfo
    chosen: ResponseInfo
    loses: Interval

    @property
    def same(self) -> bool:
        """Whether the plan on mean values is the one to choose."""
        return self.on_means.id == self.chosen.id


def robust_of(figures: Figures, context: Context, level: float = LEVEL) -> Robust | None:
    """Which is which; ``None`` where there is one response, or no run on mean values."""
    known = [one for one in context.responses if one.id in context.on_means]
    if len(context.responses) < 2 or len(known) < len(context.responses):
        return None
    waiting = context.waiting.id
    on_means = min(known, key=lambda one: context.on_means[one.id])
    chosen = max(known, key=lambda one: saving(figures, context, waiting, one.id).estimate)
    return Robust(on_means, chosen, saving(figures, context, on_means.id, chosen.id, level))


def robust_words(figures: Figures, context: Context, level: float = LEVEL) -> Iterator[str]:
    """What is to be said of it, in a sentence."""
    found = robust_of(figures, context, level)
    if found is None:
        return
    where, money = WORDS[context.choose_by], context.currency
    if found.same:
        yield (
            f"Where all goes as expected {found.chosen.title} is cheapest too: the plan on mean "
            "values is the robust one."
        )
        return
    runs = "" if context.choose_by == "cvar" else " over the runs"
    size = score(figures, context, found.chosen.id).estimate
    sure = found.loses.has_bounds and found.loses.low > 0.0
    span = f" ({between(found.loses)})" if found.loses.has_bounds else ""
    yield (
        f"The plan on mean values is not the robust one: where all goes as expected "
        f"{found.on_means.title} is cheapest ({number(context.on_means[found.on_means.id])} "
        f"{money}), but{runs}{where} {found.chosen.title} is ({number(size)} {money}), by "
        f"{number(found.loses.estimate)} {money}{span}"
        f"{'' if sure else ', which may be chance'}."
    )
