"""Errors of the cluster's rooms, in the tree of ``twins.errors``."""

from __future__ import annotations

from twins.errors import TwinfedError


class SnapshotError(TwinfedError, ValueError):
    """A snapshot cannot be built or read."""


class ScheduleError(TwinfedError, ValueError):
    """A schedule, or a change of it, contradicts itself or the version it applies to."""


class LedgerError(TwinfedError, ValueError):
    """The cluster's ledger holds, or would hold, an entry that cannot be read."""


class UnknownProposalError(TwinfedError, LookupError):
    """A proposal that was never made, or a site that has no part in it."""


class ProposalError(TwinfedError, ValueError):
    """A proposal that cannot be made: it changes nothing, or its deadline or plan means nothing."""


class AgreementError(TwinfedError, RuntimeError):
    """A proposal stands otherwise than an answer supposes: it is closed, or was answered before."""


class StaleProposalError(AgreementError):
    """An answer to a proposal as it was before something else happened to it."""


class NotInClusterError(TwinfedError, LookupError):
    """A product, part, operation, place, link or border that the cluster does not have."""


class RouteError(TwinfedError, ValueError):
    """A question for routes that means nothing."""


class ResilienceError(TwinfedError, ValueError):
    """A question for the resilience of a cluster that means nothing, or is too large."""


class FederationError(TwinfedError, RuntimeError):
    """The running federation cannot do what was asked: it is closed, or a host does not answer."""


class WorkspaceError(FederationError, OSError):
    """A directory that this federation cannot use: another holds it, or it is for other sites."""
