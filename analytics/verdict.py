"""The sentence: reroute, stay, or too close to call, with its reasons."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from analytics.answer import KEPT_FRACTION, Context, Figures, ResponseInfo, StudyError
from analytics.choice.benefit import Benefit, benefit_of, best_of
from analytics.choice.criterion import WORDS, saving, score
from analytics.choice.robust import robust_words
from analytics.control import Control, control_of
from analytics.horizon import HorizonCheck
from analytics.kpis.cost import PARTS
from analytics.kpis.registry import UNDISTURBED
from analytics.statistics import Interval, simultaneous_level
from analytics.wording import between, duration, moment, number
from federation.untold import ASSUMPTIONS

Kind = Literal["reroute", "stay", "too close to call", "nothing to compare"]

MATERIAL_FRACTION = 0.01
"""A change that saves less than this share of what waiting costs in all is not worth it."""
_ONE_MORE = 0.5
"""Orders or hours that round to nothing are not spoken of."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, in a sentence, and why.

    Parameters
    ----------
    kind
        ``stay`` includes staying with a lever such as overtime: ``response`` says which.
    response
        Id of the response to take; of the cheapest one where it is too close to call.
    sentence
        For a reader in a hurry.
    reasons
        What the sentence rests on, one sentence each.
    saving
        What the best alternative saves against waiting, in money, by the criterion of the choice:
        its paired interval; ``None`` where nothing was compared.
    decide_by
        When the decision must be made at the latest; ``None``: no limit is known.
    longer
        What becomes of it with a longer horizon; ``None``: not looked at.
    benefit
        What rerouting brings against the best response without it; ``None``: not both were run.
    """

    kind: Kind
    response: str
    sentence: str
    reasons: tuple[str, ...]
    saving: Interval | None = None
    decide_by: datetime | None = None
    longer: HorizonCheck | None = None
    benefit: Benefit | None = None


def judge(figures: Figures, context: Context) -> Verdict:
    """Compare every response with waiting, in money, under the same draws.

    Money counts by the criterion of the choice: its mean over the runs, or over the worst tenth of
    them. The cheapest alternative is better than waiting when the interval of its paired saving
    lies above zero, worse when below; between them it is too close to call. Rerouting must also
    beat the best response without it, such as overtime, in the same way. The intervals of several
    alternatives hold together (Bonferroni). A difference that is for certain smaller than
    ``MATERIAL_FRACTION`` of the whole cost is none: then less is done.
    """
    waiting = context.waiting
    others = _others(context)
    if not others:
        sentence = f"Only '{waiting.title}' was run: there is nothing to compare it with."
        reasons = (*_basis(context), "Give at least one more response.")
        return Verdict("nothing to compare", waiting.id, sentence, reasons)
    level = simultaneous_level(len(others))
    savings = {one.id: saving(figures, context, waiting.id, one.id, level) for one in others}
    best = best_alternative(figures, context)
    gain = savings[best.id]
    against = waiting
    whole = abs(score(figures, context, waiting.id).estimate)
    kind, chosen = decide(gain, best, waiting, whole)
    benefit = benefit_of(figures, context, level)
    if kind == "reroute":
        against = best_of(figures, context, reroutes=False) or waiting
        if against.id != waiting.id and savings[against.id].low > 0.0:
            gain = saving(figures, context, against.id, best.id, level)
            kind, chosen = decide(gain, best, against, whole)
    control = control_of(figures, context, best, level)
    limit = context.decide_by.get(chosen.id)
    sentence = _sentence(kind, chosen, best, (against, gain), savings, figures, context)
    if kind == "reroute" and control is not None and control.mostly_repair:
        kept = "though re-planning would save most of that without the disruption too"
        sentence = f"{sentence.removesuffix('.')}, {kept}."
    if limit is not None and (chosen.id != context.waiting.id):
        sentence += f" Decide by {moment(limit.by)} UTC."
    longer = context.longer
    if longer is not None and not longer.holds:
        sentence += f" {longer.words(context.currency)}."
    told = [benefit.words(context)] if benefit is not None else []
    if context.break_even is not None:
        told += context.break_even.words(context.currency)
    told += robust_words(figures, context, level)
    reasons = (*told, *_reasons(kind, best, savings, control, figures, context), *_basis(context))
    if longer is not None and longer.holds:
        reasons = (*reasons[:-2], f"{longer.words(context.currency)}.", *reasons[-2:])
    by = limit.by if limit else None
    return Verdict(kind, chosen.id, sentence, reasons, savings[best.id], by, longer, benefit)


def _others(context: Context) -> list[ResponseInfo]:
    return [one for one in context.responses if one.id != context.waiting.id]


def best_alternative(figures: Figures, context: Context) -> ResponseInfo:
    """The response that saves most against waiting, or costs least more.

    Raises
    ------
    StudyError
        When there is no other response.
    """
    others = _others(context)
    if not others:
        raise StudyError("only one response was run", remedy="give at least one more response")
    waiting = context.waiting.id
    return max(others, key=lambda one: saving(figures, context, waiting, one.id).estimate)


def decide(
    gain: Interval, best: ResponseInfo, waiting: ResponseInfo, whole_cost: float
) -> tuple[Kind, ResponseInfo]:
    """The verdict on a paired saving of the best alternative, see ``judge``.

    ``waiting`` may also be another response that the alternative is compared with.
    """
    change: Kind = "reroute" if best.reroutes else "stay"
    if not gain.has_bounds:
        no_difference = gain.estimate == 0.0
        return ("stay", waiting) if no_difference else ("too close to call", best)
    material = MATERIAL_FRACTION * whole_cost
    if max(abs(gain.low), abs(gain.high)) <= material:
        return "stay", waiting
    if gain.low > 0.0:
        return change, best
    if gain.high <= 0.0:
        return "stay", waiting
    return "too close to call", best if gain.estimate > 0.0 else waiting


def _sentence(
    kind: Kind,
    chosen: ResponseInfo,
    best: ResponseInfo,
    compared: tuple[ResponseInfo, Interval],
    savings: dict[str, Interval],
    figures: Figures,
    context: Context,
) -> str:
    """The verdict; ``compared``: with what the best was compared at last, and what it saves."""
    money, waiting, where = context.currency, context.waiting, WORDS[context.choose_by]
    against, gain = compared
    saved = f"{number(abs(gain.estimate))} {money}"
    if kind == "too close to call":
        if not gain.has_bounds:
            few = "one replication gives no interval; in it"
            if gain.count > 1:
                few = f"{gain.count} replications give no interval{where}; in them"
            return (
                f"Too close to call: {few}, {best.title} costs {saved} {_less(gain.estimate)} "
                f"than {against.title}."
            )
        return (
            f"Too close to call: {best.title} saves {between(gain)} {money}{where} against "
            f"{against.title}, so it may as well cost more."
        )
    if chosen.id == waiting.id:
        if gain.estimate <= 0.0:
            extra = f"costs {saved} more{where}" if gain.estimate < 0.0 else "does the same"
            return f"Stay: nothing beats {waiting.title}; the next best, {best.title}, {extra}."
        whole = score(figures, context, waiting.id)
        return (
            f"Stay: {best.title} saves {saved}{where}, less than {100 * MATERIAL_FRACTION:.0f} % "
            f"of the {number(whole.estimate)} {money} that {number(context.horizon_h / 24)} days "
            f"cost with {waiting.title}."
        )
    word = "Reroute" if kind == "reroute" else "Stay"
    mine = savings[chosen.id]
    return (
        f"{word}: {chosen.title} costs {number(abs(mine.estimate))} {money} less than "
        f"{waiting.title}{where} ({between(mine)} {money}) and {_late(figures, chosen, waiting)}."
    )


def _less(value: float) -> str:
    return "less" if value > 0.0 else "more"


def _late(figures: Figures, chosen: ResponseInfo, waiting: ResponseInfo) -> str:
    mine = figures.mean(chosen.id, "late_orders")
    theirs = figures.mean(waiting.id, "late_orders")
    if mine is None or theirs is None:
        return "no order was due"
    return f"leaves {number(mine.estimate, 0)} orders late instead of {number(theirs.estimate, 0)}"


def _reasons(
    kind: Kind,
    best: ResponseInfo,
    savings: dict[str, Interval],
    control: Control | None,
    figures: Figures,
    context: Context,
) -> Iterator[str]:
    """Why, most telling first."""
    waiting, money = context.waiting, context.currency
    yield from _power(waiting, figures)
    yield from _late_anyway(figures)
    yield _split(best, figures, context)
    if control is not None:
        yield from control.reasons(money)
    for response, gain in sorted(savings.items(), key=lambda item: -item[1].estimate):
        if response != best.id and gain.has_bounds:
            title = context.response(response).title
            yield _saves(title, gain, f"{waiting.title}{WORDS[context.choose_by]}", money)
    limit = context.decide_by.get(best.id)
    if limit is not None:
        later = " or later" if limit.open_end else ""
        yield (
            f"By what is known on {moment(limit.news_at)} UTC, {best.title} keeps "
            f"{100 * KEPT_FRACTION:.0f} % of its gain when decided by {moment(limit.by)} UTC, and "
            f"pays until {moment(limit.pays_until)} UTC{later}."
        )
    again = figures.quantile(best.id, "normal_after_h", 0.5)
    before = figures.quantile(waiting.id, "normal_after_h", 0.5)
    if not math.isnan(again) and again != before:
        yield (
            f"Half of the runs are back to normal {_when(again, context)} with {best.title}, "
            f"{_when(before, context)} with {waiting.title}."
        )
    yield from _cheaper_than_calm(best, figures)
    if kind == "too close to call":
        yield "More replications would narrow the interval."


def _power(waiting: ResponseInfo, figures: Figures) -> Iterator[str]:
    """What want of power costs, beside what it costs anyway: nothing where that is all of it."""
    lost = figures.mean(waiting.id, "lost_to_power_h")
    calm = figures.mean(UNDISTURBED, "lost_to_power_h")
    anyway = calm.estimate if calm is not None else 0.0
    if lost is None or abs(lost.estimate - anyway) < _ONE_MORE:
        return
    text = (
        f"With {waiting.title}, want of power costs {number(lost.estimate)} machine-hours"
        f"{_worst_site(figures, waiting.id)}"
    )
    yield f"{text}; {number(anyway)} of them even undisturbed." if anyway else f"{text}."


def _late_anyway(figures: Figures) -> Iterator[str]:
    """What the disruption is not to blame for."""
    late, due = (figures.mean(UNDISTURBED, kpi) for kpi in ("late_orders", "orders_due"))
    if late is not None and due is not None and late.estimate >= _ONE_MORE:
        yield (
            f"Undisturbed, {number(late.estimate, 0)} of {number(due.estimate, 0)} orders would be "
            "late as well."
        )


def _cheaper_than_calm(best: ResponseInfo, figures: Figures) -> Iterator[str]:
    """Why a response can cost less than no disruption at all, where that is sure."""
    extra = figures.mean(best.id, "extra_cost")
    if extra is None or not extra.has_bounds or extra.high >= 0.0:
        return
    parts = {part: figures.mean(best.id, f"extra_{part}_cost") for part in PARTS}
    changes = {part: change.estimate for part, change in parts.items() if change is not None}
    text = f"{_capital(best.title)} costs less than the undisturbed weeks"
    if not changes:
        yield f"{text}."
        return
    most = min(changes, key=lambda part: changes[part])
    why = ", for it also makes up for delay that has other causes" if most == "penalty" else ""
    yield f"{text}: most of all {PARTS[most]} {number(changes[most], sign=True)}{why}."


def _saves(title: str, gain: Interval, waiting: str, money: str) -> str:
    if max(abs(gain.low), abs(gain.high)) < 0.5:
        return f"{_capital(title)} costs the same as {waiting}."
    if gain.high < 0.0:
        more = Interval(-gain.estimate, -gain.high, -gain.low, gain.count)
        return f"{_capital(title)} costs {between(more)} {money} more than {waiting}."
    if gain.low < 0.0:
        return f"{_capital(title)} may save or cost: {between(gain)} {money} less than {waiting}."
    return f"{_capital(title)} saves {between(gain)} {money} against {waiting}."


def _worst_site(figures: Figures, response: str) -> str:
    sites = figures.subjects(response, "lost_to_power_h", "site")
    sums = {site: sum(v for v in values if v is not None) for site, values in sites.items()}
    if not sums:
        return ""
    worst = max(sums, key=lambda site: sums[site])
    whole = sum(sums.values())
    return f", {100 * sums[worst] / whole:.0f} % of them at {worst}" if whole > 0.0 else ""


def _split(best: ResponseInfo, figures: Figures, context: Context) -> str:
    """What the best alternative saves and what it costs, by kind."""
    changes: list[tuple[float, str]] = []
    for part, title in PARTS.items():
        change = figures.paired(best.id, context.waiting.id, f"{part}_cost").estimate
        if abs(change) >= 0.5:
            changes.append((change, f"{title} {number(change, sign=True)}"))
    listed = ", ".join(text for _, text in sorted(changes, key=lambda item: item[0]))
    if not listed:
        return f"{_capital(best.title)} changes no cost against {context.waiting.title}."
    return (
        f"{_capital(best.title)} against {context.waiting.title}, in {context.currency}: {listed}."
    )


def _when(hours: float, context: Context) -> str:
    if math.isinf(hours):
        return f"not within {number(context.horizon_h / 24)} days"
    return f"by {moment(context.fork_at + timedelta(hours=hours))}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _basis(context: Context) -> Iterator[str]:
    """What all of it rests on."""
    runs = f"{context.replications} replication{'s' if context.replications != 1 else ''}"
    yield (
        f"{runs} of {number(context.horizon_h / 24)} days from {moment(context.fork_at)} UTC; all "
        "responses meet the same failures, outages and travel times."
    )
    age = (
        f"the oldest news is {duration(context.oldest_age_s)} old ({context.oldest_site})"
        if context.oldest_site
        else "the age of the data is unknown"
    )
    yield (
        f"On the data: {age}; {number(context.assumed)} figures of the cluster rest on "
        f"{number(context.assumptions)} assumptions, {number(context.sourced)} have a source."
    )
    if context.untold:
        facts, times = len(context.untold), sum(context.untold.values())
        most = next(iter(context.untold))
        yield (
            f"At the fork {number(times)} thing{'s' if times != 1 else ''} of "
            f"{number(facts)} kind{'s' if facts != 1 else ''} "
            f"{'were' if times != 1 else 'was'} not told and {'are' if times != 1 else 'is'} "
            f"assumed, most of all {most}: {ASSUMPTIONS.get(most, 'see the manifest')}."
        )
