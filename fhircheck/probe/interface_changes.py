"""What a server's interface lost or won between two saved reports, as changes that are told like all others."""

from typing import Any

from fhircheck.model.change import Change, RunDiff, RunName
from fhircheck.probe.server_changes import server_changes


def interface_changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    """Differences between two reports of ``fhircheck server --save`` (server_changes); what breaks callers is alarming.

    statistic: ``removed``, ``added``, ``changed``, ``worse`` or ``better``.
    """
    return tuple(
        Change("interface", each.about, each.before or None, each.after or None, each.breaking, statistic=each.how)
        for each in server_changes(before, after)
    )


def compare_servers(before: dict[str, Any], after: dict[str, Any], first: str, second: str) -> RunDiff:
    """Two saved server reports, named `first` and `second`, beside each other."""
    old, new = (RunName(name, str(each["server"]["at"])) for name, each in ((first, before), (second, after)))
    return RunDiff(old, new, interface_changes(before, after))
