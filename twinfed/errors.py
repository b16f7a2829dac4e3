"""Errors of the face, in the tree of ``twins.errors``."""

from __future__ import annotations

from twins.errors import TwinfedError


class UsageError(TwinfedError, ValueError):
    """The request makes no sense as it is; the message says how to ask."""


class SettingError(UsageError):
    """An environment variable or option has a value that means nothing."""


class UnknownNameError(TwinfedError, LookupError):
    """A sample, site, scenario, response or what-if that does not exist."""


class PlaceError(TwinfedError, OSError):
    """A folder, file or port of this machine that cannot be used."""


class ServerError(TwinfedError, RuntimeError):
    """A twinfed server that cannot be reached, or answers with an error."""


class WhatIfError(TwinfedError, RuntimeError):
    """A what-if that did not come to its end."""


class CancelledError(WhatIfError):
    """A what-if that was told to stop."""
