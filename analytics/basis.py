"""What a study's answer rests on: setting, context of each scenario, manifest."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from analytics.answer import KEPT_FRACTION, Context, Criterion, Limit, ResponseInfo
from analytics.edits.investment import Investment
from analytics.job import Case, Job, news_problems
from analytics.kpis.registry import UNDISTURBED, control_id
from analytics.precision import Precision
from analytics.replication import cost_on_means
from analytics.rerouting.decide_by import DecideBy, decide_by
from analytics.rerouting.response import Response
from analytics.scenario import Scenario
from analytics.simulation.layout import HOUR_MS
from federation.snapshot import ClusterSnapshot
from federation.topology import provenance
from federation.untold import untold_counts

FORMAT = "twinfed.result/1"
_LIBRARIES = ("twinfed", "numba", "numpy", "polars", "pyarrow", "scipy")
_POLICIES = {
    "stay": "waiting",
    "greedy": "greedy rerouting",
    "search": "rerouting by search",
    "informed": "re-planning within each site",
    "agreed": "rerouting that sites agree to",
    "central": "central rerouting",
    "auction": "an auction between sites",
}
_LEVERS = {
    "sunday-overtime": "Sunday overtime",
    "hired-genset": "a hired genset",
    "rented-capacity": "rented capacity",
    "air-freight": "air freight",
}


def info_of(response: Response) -> ResponseInfo:
    """A response as the answer speaks of it."""
    title = _POLICIES.get(response.policy, f"{response.policy} rerouting")
    if response.levers:
        levers = [_LEVERS.get(lever, lever.replace("-", " ")) for lever in response.levers]
        title = f"{title} with {' and '.join(levers)}"
    waits = not response.reroutes and not response.levers
    return ResponseInfo(response.id, title, response.policy, waits, response.reroutes)


def contexts_of(
    job: Job, snapshot: ClusterSnapshot, replications: int, choose_by: Criterion = "mean"
) -> tuple[Context, ...]:
    """What the answer to each scenario rests on."""
    known = provenance.summary(snapshot.cluster)
    untold = untold_counts(snapshot.tables["untold"])
    ages = {site.id: snapshot.age_s(site.id) for site in snapshot.cluster.sites}
    oldest = max(ages, key=lambda site: ages[site])
    return tuple(
        Context(
            scenario=case.scenario.id,
            title=case.scenario.title,
            currency=snapshot.cluster.currency,
            fork_at=snapshot.taken_at,
            horizon_h=job.horizon_ms / HOUR_MS,
            replications=replications,
            antithetic=job.antithetic,
            responses=tuple(info_of(response) for response in job.responses),
            disrupted=_disrupted(case.scenario),
            decide_by=limits_of(job, case),
            oldest_site=oldest,
            oldest_age_s=ages[oldest],
            assumptions=known.assumptions,
            assumed=known.assumed,
            sourced=known.sourced,
            untold=untold,
            choose_by=choose_by,
            on_means={one.id: cost_on_means(job, case, one) for one in job.responses},
        )
        for case in job.cases
    )


def _disrupted(scenario: Scenario) -> tuple[datetime, datetime] | None:
    edits = [edit for edit in scenario.edits if not isinstance(edit, Investment)]
    if not edits:
        return None
    return min(edit.start for edit in edits), max(edit.end for edit in edits)


def limits_of(job: Job, case: Case) -> dict[str, Limit]:
    """Until when rerouting still beats waiting, for each response that reroutes.

    It is counted from the news at which rerouting gains most by what is believed then.
    """
    found: dict[str, Limit] = {}
    responses = [one for one in job.responses if one.reroutes]
    problems = list(news_problems(job, case)) if responses else []
    for one in responses:
        gains = [decide_by(problem, (0.0,), one.policy).delays for problem in problems]
        at_once = [delays[0].gain if delays else 0.0 for delays in gains]
        if max(at_once, default=0.0) <= 0.0:
            continue
        problem = problems[at_once.index(max(at_once))]
        news_at = case.model.fork_at + timedelta(milliseconds=problem.now_ms)
        limit = _limit(decide_by(problem, policy_name=one.policy), news_at)
        if limit is not None:
            found[one.id] = limit
    return found


def _limit(answer: DecideBy, news_at: datetime) -> Limit | None:
    if answer.delay_h is None:
        return None
    paying = [delay for delay in answer.delays if delay.delay_h <= answer.delay_h]
    most = max(delay.gain for delay in paying)
    kept = max(delay.delay_h for delay in paying if delay.gain >= KEPT_FRACTION * most)
    return Limit(
        news_at=news_at,
        by=news_at + timedelta(hours=kept),
        pays_until=news_at + timedelta(hours=answer.delay_h),
        open_end=answer.beyond_grid,
    )


def manifest_of(
    job: Job,
    snapshot: ClusterSnapshot,
    replications: int,
    precision: Precision,
    choose_by: Criterion = "mean",
) -> dict[str, Any]:
    """Everything that the result is a function of, and nothing else: no clock, no engine."""
    return {
        "format": FORMAT,
        "study": {
            "horizon_h": job.horizon_ms / HOUR_MS,
            "replications": replications,
            "seed": job.seed,
            "frozen_h": job.frozen_ms / HOUR_MS,
            "choose_by": choose_by,
            **precision.manifest(),
        },
        "scenarios": [_scenario(case, job.responses) for case in job.cases],
        "responses": [
            {
                "id": one.id,
                "policy": one.policy,
                "coordination": int(one.coordination),
                "levers": list(one.levers),
            }
            for one in job.responses
        ],
        "baseline": UNDISTURBED,
        "controls": [
            {"id": control_id(one.id), "response": one.id, "baseline": UNDISTURBED}
            for one in job.responses
            if one.reroutes
        ],
        "snapshot": {
            "cluster": snapshot.cluster.id,
            "taken_at": snapshot.taken_at.isoformat(),
            "content_hash": snapshot.content_hash,
            "schedule_version": snapshot.schedule_version,
            "revisions": dict(snapshot.revisions),
            "ages_s": {
                site.id: _finite(snapshot.age_s(site.id)) for site in snapshot.cluster.sites
            },
            "untold": untold_counts(snapshot.tables["untold"]),
            "warnings": list(snapshot.warnings),
        },
        "versions": {
            "python": platform.python_version(),
            **{library: version(library) for library in _LIBRARIES},
        },
    }


def _scenario(case: Case, responses: Sequence[Response]) -> dict[str, Any]:
    scenario = case.scenario
    return {
        "id": scenario.id,
        "title": scenario.title,
        "hash": scenario_hash(scenario),
        "model_hash": case.model.hash,
        "edits": [edit.model_dump(mode="json") for edit in scenario.edits],
        "affected": [
            {"edit": edit.kind, "lots": list(lots)}
            for edit, lots in zip(scenario.edits, case.affected, strict=True)
            if lots
        ],
        "coordination": sorted({int(one.coordination) for one in responses}),
        "tags": [
            {"lever_group": edit.group, "level": edit.level, "edit": edit.kind}
            for edit in scenario.edits
        ],
        "decided_at": [
            (case.model.fork_at + timedelta(milliseconds=moment)).isoformat()
            for moment in case.news_ms
        ],
    }


def scenario_hash(scenario: Scenario) -> str:
    """SHA-256 of a scenario's content, whatever file it came from."""
    content = scenario.model_dump(mode="json")
    content["edits"] = [edit.model_dump(mode="json") for edit in scenario.edits]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _finite(value: float) -> float | None:
    """JSON has no infinity: ``null`` where a site was never heard."""
    return value if math.isfinite(value) else None
