"""Where a data set's cards go: files named by --card, made of what --card-facts and the run say."""

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhircheck.model.report import RunReport
    from fhircheck.report.card import CardFacts, Tables


class Cards:
    """paths: files, whose suffix says the form. facts: TOML file of facts, or None. data: files, folders and globs
    that the run reads; made: those it writes. What lies beside a Croissant card and is of them loads through it.

    Raises UsageError, before anything is read, for a suffix that no form has and for facts that cannot be used.
    """

    def __init__(
        self, paths: tuple[str, ...], facts: str | None, data: tuple[str, ...] = (), made: tuple[str, ...] = ()
    ) -> None:
        self.data = (*data, *made)
        self.forms: dict[str, str] = {}
        self.facts: CardFacts | None = None
        if not (paths or facts):
            return
        from fhircheck.model.errors import UsageError
        from fhircheck.report.card import NO_FACTS, form_of, load_card_facts

        if not paths:
            raise UsageError(f"--card-facts {facts}: no card is asked for (--card FILE)")
        self.forms = {path: form_of(path) for path in paths}
        for path in paths:
            folder = Path(path).absolute().parent
            if not folder.is_dir() and all(Path(each).absolute() != folder for each in made):
                raise UsageError(f"--card {path}: the folder is not there")
        self.facts = load_card_facts(facts) if facts else NO_FACTS

    def write(self, report: "RunReport") -> None:
        """Write each card, whole or not at all, and say which mandatory facts it lacks: none is invented."""
        if self.facts is None:
            return
        from fhircheck.cli.ending import say
        from fhircheck.cli.output import opened
        from fhircheck.report.card import NO_TABLES, card, missing_facts, tables_beside

        for path, form in self.forms.items():
            tables = tables_beside(path, self._of_the_data()) if form == "croissant" else NO_TABLES
            with opened(path, option="--card") as write:
                write(card(report, form, self.facts, tables))
            if form == "croissant" and (tables.left_out or not tables.loaded):
                say(f"{path}: {_not_loaded(tables)}")
            missing = missing_facts(self.facts, form)
            if missing:
                say(f"{path}: the card lacks mandatory facts (--card-facts): {', '.join(missing)}")

    def _of_the_data(self) -> "Callable[[str], bool]":
        """Whether a file, by its real path, is one of those the run read or wrote."""
        found = [os.path.realpath(name) for each in self.data for name in (each, *glob.glob(each, recursive=True))]
        folders = tuple(os.path.join(each, "") for each in found if os.path.isdir(each))
        files = frozenset(found)
        return lambda path: path in files or path.startswith(folders)


def _not_loaded(tables: "Tables") -> str:
    if tables.left_out:
        names = ", ".join(tables.left_out)
        return f"no records of {names} load through the card: a file is not of this data, or not of that type alone"
    return "no records load through the card: it must lie beside NDJSON files of one type each (Patient.ndjson)"
