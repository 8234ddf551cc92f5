"""What must be the same when a follower goes on from a checkpoint: what its counts were made with."""

import json
from dataclasses import asdict, is_dataclass, replace
from hashlib import blake2b
from typing import Any

from fhircheck import __version__
from fhircheck.prepared import Prepared
from fhircheck.stream.follow_options import FollowOptions


def identity_of(ready: Prepared, options: FollowOptions) -> dict[str, str]:
    """By name, so that a refusal can say what has changed; values are hashes, but for the version."""
    plan, settings = ready.plan, ready.asked.settings
    from_answers = len(ready.asked.options.accepted)
    own = settings.accepted[: len(settings.accepted) - from_answers] if from_answers else settings.accepted
    return {
        "version": __version__,
        "list of sources": _hash(ready.asked.options.sources),
        "list of profiles": _hash(plan.asked),
        "set of packages": _hash(ready.definitions.fingerprint()),
        "settings": _hash(replace(settings, accepted=own)),
        "options of measures": _hash((plan.measures, plan.measure)),
        "use cases": _hash(plan.use_cases),
        "window or step": _hash((options.window, options.every)),
    }


def _hash(value: Any) -> str:
    text = json.dumps(_plain(value), sort_keys=True, default=_plain)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _plain(value: Any) -> Any:
    """`value` as JSON knows it, sets in an order."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return value if isinstance(value, str | int | float | bool | tuple | list | dict | None) else str(value)
