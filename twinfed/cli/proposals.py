"""``twinfed proposals``: what sites are asked to agree to, and their answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from twinfed.cli import failures, options
from twinfed.cli.output import Output, answers

if TYPE_CHECKING:
    from datetime import datetime

    from rich.table import Table

    from federation.agreement.parts import SitePart
    from federation.agreement.proposal import PlanProposal
    from twinfed.agreements import Agreements

app = typer.Typer(
    name="proposals",
    help="Changes of the shared schedule that sites agree to or not.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Where = Annotated[
    str,
    typer.Argument(
        metavar="CLUSTER",
        help="Folder of the cluster or name of a sample, with --data-dir; or the address of a "
        "served one, such as http://127.0.0.1:8000.",
    ),
]
Id = Annotated[str, typer.Argument(metavar="PROPOSAL", help="Its id, such as P-1.")]
SiteId = Annotated[str, typer.Argument(metavar="SITE", help="Who answers.")]
_LOTS = 6
"""So many lots are named for each kind of change."""


@app.command("list")
def list_(
    cluster: Where,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            metavar="open|agreed|refused|expired|superseded",
            help="Only these.",
            show_default=False,
        ),
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """List the proposals, the newest last."""
    with answers(as_json=as_json) as out, _opened(cluster, data_dir) as fed:
        from federation.agreement.documents import document

        found = [one for one in fed.proposals if status in {None, one.status}]
        out.show(_list_table(found) if found else "no proposals")
        out.document({"proposals": [document(one) for one in found]})


@app.command("show")
def show(
    cluster: Where, proposal: Id, data_dir: options.DataDir = None, as_json: options.Json = False
) -> None:
    """Show what each site is asked to agree to, and what it said."""
    with answers(as_json=as_json) as out, _opened(cluster, data_dir) as fed:
        found = fed.proposal(proposal)
        _tell(out, found)


@app.command("accept")
def accept(
    cluster: Where,
    proposal: Id,
    site: SiteId,
    reason: Annotated[str, typer.Option("--reason", help="A word on it.", show_default=False)] = "",
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Agree for a site; with the last yes the schedule is published."""
    with answers(as_json=as_json) as out, _opened(cluster, data_dir) as fed:
        found = fed.accept(proposal, site, reason)
        _tell(out, found)


@app.command("reject")
def reject(
    cluster: Where,
    proposal: Id,
    site: SiteId,
    reason: Annotated[str, typer.Option("--reason", help="What would have to change.")],
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Do not agree for a site; what the others agreed to is checked again when all have answered.

    Exit code 1: the plan is refused.
    """
    with answers(as_json=as_json) as out, _opened(cluster, data_dir) as fed:
        found = fed.reject(proposal, site, reason)
        _tell(out, found)
    if found.status == "refused":
        raise typer.Exit(failures.BAD_ANSWER)


@app.command("recheck")
def recheck(
    cluster: Where,
    proposal: Id,
    deadline: Annotated[
        str | None,
        typer.Option(
            "--deadline",
            metavar="T",
            help="Of the smaller plan; default: that of the first where it lies ahead, else as "
            "long again.",
            show_default=False,
        ),
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Look for a smaller plan in one that only some sites accepted.

    Exit code 1: there is none; the answer says why.
    """
    with answers(as_json=as_json) as out, _opened(cluster, data_dir) as fed:
        until = options.moment(deadline, "--deadline") if deadline else None
        found = fed.recheck(proposal, until)
        _tell(out, found)
    if found.leftover:
        raise typer.Exit(failures.BAD_ANSWER)


@contextmanager
def _opened(cluster: str, data_dir: options.DataDir) -> Iterator[Agreements]:
    """The cluster of a data directory, or one that is served elsewhere."""
    from twinfed.errors import UsageError

    settings = options.settings()
    if cluster.startswith(("http://", "https://")):
        if data_dir is not None:
            raise UsageError(
                "a served cluster has its data directory where it is served",
                where=f"--data-dir {data_dir}",
                remedy="leave it out",
            )
        from twinfed.remote import connect

        with connect(cluster, token=settings.token) as remote:
            yield remote
        return
    if data_dir is None or not data_dir.is_dir():
        raise UsageError(
            "the proposals of a cluster lie in its data directory",
            where=f"--data-dir {data_dir or ''}".strip(),
            remedy="name the folder, or the address at which the cluster is served",
        )
    from federation.topology.load import load_cluster
    from twinfed.client import LocalCluster
    from twinfed.samples import find_cluster

    folder = find_cluster(cluster)
    with LocalCluster(load_cluster(folder), data_dir=data_dir, folder=folder) as local:
        yield local


def _list_table(found: list[PlanProposal]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("id", "status", "deadline", "waits for", "accepted", "rejected", "plan"):
        table.add_column(column, overflow="fold")
    for one in found:
        no = [site for site, answer in one.answers.items() if not answer.accepted]
        waits = one.waiting if one.status == "open" else ()
        table.add_row(
            one.id,
            one.status,
            _time(one.deadline),
            ", ".join(waits),
            ", ".join(one.accepted),
            ", ".join(no),
            one.delta.reason,
        )
    return table


def _tell(out: Output, found: PlanProposal) -> None:
    """Print a proposal for people, or its document for machines."""
    from federation.agreement.documents import document

    out.document(document(found))
    version = f", version {found.version}" if found.version else ""
    out.show(f"{found.id}: {found.status}{version}; {found.delta.reason}")
    out.show(
        f"made {_time(found.made_at)} from version {found.delta.base}, until "
        f"{_time(found.deadline)} UTC\n"
    )
    out.show(_site_table(found))
    if found.delta.declined:
        out.show(f"\ndeclined: {_names(found.delta.declined)}")
    if found.replaces:
        out.show(f"\nit is what is left of {found.replaces}")
    if found.replaced_by:
        out.show(f"\nwhat is left of it is proposed as {found.replaced_by}")
    for reason in found.leftover:
        out.show(f"\nno smaller plan: {reason}")


def _site_table(found: PlanProposal) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("site", "is asked to", "answer"):
        table.add_column(column, overflow="fold")
    for site, part in found.parts.items():
        answer = found.answers.get(site)
        said = "waits" if found.status == "open" else "did not answer"
        if answer is not None:
            said = "accepted" if answer.accepted else "rejected"
            said += " by policy" if answer.by_policy else f" {_time(answer.at)}"
            said += f": {answer.reason}" if answer.reason else ""
        table.add_row(site, "\n".join(_asked(part)), said)
    return table


def _asked(part: SitePart) -> Iterator[str]:
    if part.gains:
        yield f"take {len(part.gains)} operations, {part.gained_h:.1f} h: {_lots(part.gains)}"
    if part.losses:
        yield f"give {len(part.losses)} operations, {part.lost_h:.1f} h: {_lots(part.losses)}"
    if part.shifts:
        far = f"{part.largest_shift_h:.1f} h at most"
        yield f"shift {len(part.shifts)} operations, {far}: {_lots(part.shifts)}"


def _lots(steps: tuple[tuple[str, int], ...]) -> str:
    return _names(tuple(dict.fromkeys(lot for lot, _ in steps)))


def _names(lots: tuple[str, ...]) -> str:
    more = f" and {len(lots) - _LOTS} more lots" if len(lots) > _LOTS else ""
    return f"{', '.join(lots[:_LOTS])}{more}"


def _time(moment: datetime) -> str:
    return f"{moment:%a %d %b %H:%M}"
