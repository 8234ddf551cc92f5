"""The census as it stands in the JSON report, and read back from there."""

from typing import Any

from fhircheck.model.census import Census, Counted, Spread, Volume


def census_form(census: Census | None) -> dict[str, Any] | None:
    """The census as plain JSON values; None where nothing was counted."""
    if census is None:
        return None
    return {
        "systems": [_counted(each) for each in census.systems],
        "codes": [_counted(each) for each in census.codes],
        "units": [_counted(each) for each in census.units],
        "spreads": [
            {"what": each.what, "unit": each.unit, "edges": list(each.edges), "counts": list(each.counts)}
            for each in census.spreads
        ],
        "volumes": [
            {"type": each.type, "days": [{"day": day, "count": count} for day, count in each.days]}
            for each in census.volumes
        ],
        "smallest_cell": census.smallest_cell,
        "complete": census.complete,
    }


def _counted(each: Counted) -> dict[str, Any]:
    return {"what": each.what, "which": each.which, "count": each.count}


def read_census(form: dict[str, Any] | None) -> Census | None:
    """The inverse of `census_form`; None for a report that has none. Raises KeyError, TypeError, ValueError."""
    if form is None:
        return None
    return Census(
        systems=_read_counted(form["systems"]),
        codes=_read_counted(form["codes"]),
        units=_read_counted(form["units"]),
        spreads=tuple(
            Spread(
                str(each["what"]), str(each["unit"]), tuple(map(float, each["edges"])), tuple(map(int, each["counts"]))
            )
            for each in form["spreads"]
        ),
        volumes=tuple(
            Volume(str(each["type"]), tuple((str(one["day"]), int(one["count"])) for one in each["days"]))
            for each in form["volumes"]
        ),
        smallest_cell=int(form["smallest_cell"]),
        complete=bool(form["complete"]),
    )


def _read_counted(forms: list[dict[str, Any]]) -> tuple[Counted, ...]:
    return tuple(Counted(str(each["what"]), str(each["which"]), int(each["count"])) for each in forms)
