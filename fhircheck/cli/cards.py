"""Where a data set's cards go: files named by --card, made of what --card-facts and the run say."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fhircheck.model.report import RunReport
    from fhircheck.report.card import CardFacts


class Cards:
    """paths: files, whose suffix says the form. facts: TOML file of facts, or None.

    Raises UsageError, before anything is read, for a suffix that no form has and for facts that cannot be used.
    """

    def __init__(self, paths: tuple[str, ...], facts: str | None) -> None:
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
            if not Path(path).absolute().parent.is_dir():
                raise UsageError(f"--card {path}: the folder is not there")
        self.facts = load_card_facts(facts) if facts else NO_FACTS

    def write(self, report: "RunReport") -> None:
        """Write each card, whole or not at all, and say which mandatory facts it lacks: none is invented."""
        if self.facts is None:
            return
        from fhircheck.cli.ending import say
        from fhircheck.cli.output import opened
        from fhircheck.report.card import card, missing_facts

        for path, form in self.forms.items():
            with opened(path, option="--card") as write:
                write(card(report, form, self.facts))
            missing = missing_facts(self.facts, form)
            if missing:
                say(f"{path}: the card lacks mandatory facts (--card-facts): {', '.join(missing)}")
