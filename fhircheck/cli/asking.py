"""The interview in the terminal: a question, numbered answers, one line to enter; kept after each answer.

All of it goes to standard error, so that standard output is the report alone.
"""

from textwrap import wrap

import click

from fhircheck.assess.answers import instance_name
from fhircheck.assess.form import Form, Group, Question, said
from fhircheck.assess.interview import Interview, Place
from fhircheck.report.shown import clean

WIDTH = 78
_WORDS: dict[str, tuple[str, str]] = {
    "how": (
        "Enter alone: not known.  b: back  q: stop, answers are kept  ?: help",
        "Nur Enter: nicht bekannt.  b: zurück  q: aufhören, Antworten bleiben  ?: Hilfe",
    ),
    "kept": ("Answers are kept in {file}; the same command goes on.",
             "Antworten stehen in {file}; derselbe Befehl macht weiter."),
    "goes-on": ("Going on with {file}: {put} of {all} questions asked.",
                "Weiter mit {file}: {put} von {all} Fragen gestellt."),
    "more-applications": ("Describe one more application?", "Eine weitere Anwendung beschreiben?"),
    "more-ai": ("Describe one more AI use case?", "Ein weiteres KI-Vorhaben beschreiben?"),
    "first-applications": ("Describe an application?", "Eine Anwendung beschreiben?"),
    "first-ai": ("Describe an AI use case?", "Ein KI-Vorhaben beschreiben?"),
    "yes-no": ("y, n", "j, n"),
    "choose": ("Number", "Nummer"),
    "choose-several": ("Numbers, comma between", "Nummern, mit Komma"),
    "value-integer": ("Whole number", "Ganze Zahl"),
    "value-decimal": ("Number", "Zahl"),
    "value-date": ("Date (2026-05-31, or 2026-05)", "Datum (31.5.2026, oder 5.2026)"),
    "value-string": ("Text", "Text"),
    "proof": ("Which document shows it, of which day? (Enter: none)",
              "Welches Dokument zeigt das, von welchem Tag? (Enter: keines)"),
    "number": ("One of the numbers, please.", "Bitte eine der Nummern."),
    "several": ("Numbers of the list, please, with a comma between.", "Bitte Nummern der Liste, mit Komma dazwischen."),
    "bounds": ("Not a number that fits here.", "Keine Zahl, die hier passt."),
    "date": ("Not a date.", "Kein Datum."),
    "long": ("Too long.", "Zu lang."),
    "needed": ("This one is needed.", "Diese Angabe wird gebraucht."),
    "exclusive": ("\"None\" stands alone.", "„Nichts davon“ steht allein."),
    "no-help": ("No further explanation.", "Keine weitere Erklärung."),
    "at-start": ("This is the first question.", "Das ist die erste Frage."),
    "all-asked": ("All questions were asked.", "Alle Fragen sind gestellt."),
    "menu": ("Enter: report.  o: ask open ones again.  Number: go through a part again.  q: stop",
             "Enter: Bericht.  o: offene noch einmal.  Nummer: Abschnitt noch einmal.  q: aufhören"),
    "part": ("{name}: {answered} answered, {open} open", "{name}: {answered} beantwortet, {open} offen"),
}  # fmt: skip


class Asking:
    """Leads through an interview and keeps its answers in a file."""

    def __init__(self, form: Form, file: str, language: str) -> None:
        from fhircheck.assess.answer_file import AnswerFile

        self.form, self.file, self.language = form, file, language
        self.kept = AnswerFile(form, file)
        self.interview = Interview(form, self.kept.load())
        if self.kept.there():
            put, of_all = self.interview.progress()
            self.say("goes-on", file=file, put=put, all=of_all)

    def say(self, key: str, **values: object) -> None:
        """A line of our own words."""
        click.echo(_WORDS[key][self.language == "de"].format_map(values), err=True)

    def lead(self) -> bool:
        """Ask until all is asked and the report is wanted. False where it was stopped before."""
        shown = ""
        while True:
            place = self.interview.next()
            if place is None:
                if self._menu():
                    self.keep("completed")
                    return True
                if self.interview.next() is None:
                    return False
                continue
            if shown != place.group.link:
                shown = place.group.link
                self._heading(place.group)
            if not (self._more(place) if place.question is None else self._question(place, place.question)):
                self.keep("in-progress")
                self.say("kept", file=self.file)
                return False
            self.keep("in-progress")

    def keep(self, status: str) -> None:
        """Write the answers."""
        self.kept.keep(self.interview.answers, status)

    def _heading(self, group: Group) -> None:
        click.echo(err=True)
        click.secho(said(group.texts, self.language).upper(), bold=True, err=True)
        self.say("how")

    def _more(self, place: Place) -> bool:
        """Ask whether there is one more instance. False to stop."""
        first = "more" if self.interview.sheets(place.group) else "first"
        for sheet in self.interview.sheets(place.group):
            click.echo(f"  - {clean(instance_name(self.form, place.group, sheet, self.language))}", err=True)
        self.say(f"{first}-{place.group.link}")
        while True:
            entered = self._enter("yes-no").lower()
            if entered == "q":
                return False
            if entered == "b":
                self._back()
                return True
            if entered in ("", "n", "no", "nein", "y", "yes", "j", "ja"):
                self.interview.more(place, entered[:1] in ("y", "j"))
                return True

    def _question(self, place: Place, question: Question) -> bool:
        """Ask one question. False to stop."""
        put, of_all = self.interview.progress()
        click.echo(err=True)
        self._wrapped(f"{put + 1}/{of_all}  {said(question.texts, self.language)}")
        for number, option in enumerate(question.options, 1):
            self._wrapped(f"{number:>4}  {said(option.texts, self.language)}", 6)
        kind = "choose-several" if question.many else "choose" if question.options else f"value-{question.kind}"
        while True:
            entered = self._enter(kind, question.unit)
            if entered == "q":
                return False
            if entered == "b":
                self._back()
                return True
            if entered == "?":
                self._help(question)
                continue
            fault = self.interview.answer(place, entered)
            if not fault:
                if self.interview.wants_proof(place):
                    self.interview.prove(place, self._enter("proof"))
                return True
            self.say(fault)

    def _back(self) -> None:
        if not self.interview.back():
            self.say("at-start")

    def _help(self, question: Question) -> None:
        text = said(question.help, self.language)
        if text:
            self._wrapped(text)
        else:
            self.say("no-help")

    def _menu(self) -> bool:
        """All is asked: the report, or something again. True for the report."""
        click.echo(err=True)
        self.say("all-asked")
        groups = self.form.groups
        for number, group in enumerate(groups, 1):
            values = [
                sheet[each.link]
                for sheet in self.interview.sheets(group)
                for each in group.questions
                if each.link in sheet
            ]
            name, answered = said(group.texts, self.language), sum(map(bool, values))
            line = _WORDS["part"][self.language == "de"].format(
                name=name, answered=answered, open=len(values) - answered
            )
            click.echo(f"{number:>4}  {line}", err=True)
        self.say("menu")
        while True:
            entered = self._enter("choose")
            if entered == "":
                return True
            if entered == "q":
                self.say("kept", file=self.file)
                return False
            if entered == "o":
                for group in groups:
                    self.interview.reopen(group, False)
                return self.interview.next() is None
            if entered.isascii() and entered.isdecimal() and 0 < int(entered) <= len(groups):
                self.interview.reopen(groups[int(entered) - 1], True)
                return False
            self.say("number")

    def _enter(self, key: str, unit: str = "") -> str:
        words = _WORDS[key][self.language == "de"] + (f" ({unit})" if unit else "")
        return str(click.prompt(words, default="", show_default=False, prompt_suffix="> ", err=True)).strip()

    def _wrapped(self, text: str, hanging: int = 2) -> None:
        for line in wrap(text, WIDTH, subsequent_indent=" " * hanging, break_on_hyphens=False):
            click.echo(line, err=True)


def ask(form: Form, file: str, language: str) -> bool:
    """Lead through the questions, keeping answers in `file`. False where it was stopped before the end.

    Raises UsageError and SourceUnusable where the file holds something else.
    """
    asking = Asking(form, file, language)
    try:
        return asking.lead()
    except (click.Abort, KeyboardInterrupt, EOFError):
        click.echo(err=True)
        asking.say("kept", file=file)
        raise
