"""Settings and accepted issues out of TOML files, held against their JSON Schemas before anything is checked."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from importlib.resources import files
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.model.settings import (
    AcceptedIssue,
    CheckSettings,
    IssuePattern,
    MappedProfiles,
    SeverityRule,
    ValidityPeriod,
)
from fhircheck.transport.bounded_file import read_bounded
from fhircheck.validate.decisions import is_fingerprint
from fhircheck.validate.instance_date import parse_path

LARGEST = 4 << 20
SCHEMAS = ("settings", "accepted")
CHECKS = ("unknown_profile", "unknown_extensions", "best_practice", "example_urls")
CONNECTION = {
    "auth": "sign_in", "user": "user", "client_id": "client_id", "secret": "secret", "token_url": "token_url",
    "scope": "scopes", "key_id": "key_id", "client_auth": "client_auth", "cert": "certificate",
    "cert_key": "certificate_key", "passphrase": "passphrase", "ca_file": "ca_file", "proxy": "proxy",
    "allow_http": "allow_http", "timeout": "read_timeout", "connect_timeout": "connect_timeout",
    "retries": "retries", "rate": "rate", "concurrency": "concurrency",
}  # fmt: skip
"""Name in the table [connection], as the option of the command line has it -> field of Connection."""


@dataclass(frozen=True, slots=True)
class JobSettings:
    """What a settings file says: how to judge, and packages and profiles beside those named as options.

    connection: fields of Connection and their values, for what no option says.
    """

    check: CheckSettings
    packages: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    connection: tuple[tuple[str, Any], ...] = ()


def load_settings(path: str) -> JobSettings:
    """The settings in the TOML file at `path` (form: settings.schema.json).

    Raises UsageError naming file and place where it is missing, is no TOML, or breaks the schema.
    """
    return settings_of(_checked(path, "settings"), path)


def settings_of(data: Mapping[str, Any], name: str = "settings") -> JobSettings:
    """The settings that `data`, in the form of the file, say. Raises UsageError for paths or kinds without sense."""
    check = {key: data["check"][key] for key in CHECKS if key in data.get("check", {})}
    for key in ("ignored_systems", "ignored_value_sets"):
        check[key] = frozenset(data.get("check", {}).get(key, ()))
    check["mapped"] = tuple(
        MappedProfiles(each["type"], tuple(each["profiles"]), each.get("unclaimed", False))
        for each in data.get("mapping", ())
    )
    check["periods"] = tuple(
        ValidityPeriod(
            each.get("profile", ""), each.get("package", ""), str(each.get("from", "")), str(each.get("until", ""))
        )
        for each in data.get("validity", ())
    )
    check["dates"] = tuple(
        (kind, (paths,) if isinstance(paths, str) else tuple(paths)) for kind, paths in data.get("dates", {}).items()
    )
    check["severities"] = tuple(_severity(each, f"{name}: severity") for each in data.get("severity", ()))
    for kind, paths in check["dates"]:
        for each in paths:
            _named(f"{name}: dates.{kind}", parse_path, each)
    connection = tuple((CONNECTION[key], value) for key, value in data.get("connection", {}).items())
    return JobSettings(
        CheckSettings(**check), tuple(data.get("packages", ())), tuple(data.get("profiles", ())), connection
    )


def load_accepted(path: str) -> tuple[AcceptedIssue, ...]:
    """The accepted issues in the TOML file at `path` (form: accepted.schema.json).

    Raises UsageError naming file and place where it is missing, is no TOML, or breaks the schema.
    """
    return tuple(
        AcceptedIssue(_pattern(each, f"{path}: accepted[{number}]"), each["reason"], each["owner"], each["expires"])
        for number, each in enumerate(_checked(path, "accepted")["accepted"], 1)
    )


def _severity(each: Mapping[str, Any], place: str) -> SeverityRule:
    return SeverityRule(_pattern(each, place), each["severity"], each["reason"], each.get("was", ""))


def _pattern(each: Mapping[str, Any], place: str) -> IssuePattern:
    pattern = IssuePattern(*(each.get(name, "") for name in ("kind", "path", "profile", "fingerprint")))
    if pattern.kind and "*" not in pattern.kind and pattern.kind not in kind_names():
        near = get_close_matches(pattern.kind, kind_names(), n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise UsageError(f"{place}: no type of finding is called {pattern.kind!r}{hint}")
    if pattern.fingerprint and not is_fingerprint(pattern.fingerprint):
        raise UsageError(f"{place}: a fingerprint is 16 hexadecimal digits, as in the report")
    return pattern


def kind_names() -> tuple[str, ...]:
    """Names of all types of finding that sources, assertions and validation raise."""
    from fhircheck.assertions import KINDS as ASSERTED
    from fhircheck.sources import KINDS as READ
    from fhircheck.validate import KINDS as VALIDATED

    return tuple(kind.name for kind in (*READ, *ASSERTED, *VALIDATED))


def _checked(path: str, schema: str) -> dict[str, Any]:
    """The file as plain data that fits its schema; days become text."""
    data = _plain(_parsed(path, schema))
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    text = files("fhircheck.validate").joinpath(f"{schema}.schema.json").read_text(encoding="utf-8")
    fault = best_match(Draft202012Validator(json.loads(text)).iter_errors(data))
    if fault is not None:
        raise UsageError(f"{schema} {path}: {_place(fault.absolute_path)}{_message(fault)}")
    result: dict[str, Any] = data
    return result


def _message(fault: Any) -> str:
    """What the schema's checker says; of what stands in the place of a secret nothing is repeated."""
    if fault.absolute_path and fault.absolute_path[-1] in ("secret", "passphrase"):
        return "a secret is not written down but named by where it is: env:NAME, file:PATH or keyring:SERVICE/USER"
    return str(fault.message)[:300]


def _parsed(path: str, what: str) -> dict[str, Any]:
    data = read_bounded(path, LARGEST, f"{what} {path}")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} {path}: not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{what} {path}: no TOML: {error or 'nested too deep'}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat()[:10] if isinstance(value, date) else value


def _place(path: Any) -> str:
    steps = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)
    return f"{steps.lstrip('.')}: " if steps else ""


def _named(place: str, function: Any, value: Any) -> None:
    """Call `function`; a UsageError says where."""
    try:
        function(value)
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from None
