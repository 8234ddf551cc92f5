"""`fhircheck check --history` in a process that is killed (SIGKILL), and what must be true of the store then.

It is killed from outside after some time, or by itself at the n-th moment it speaks to the database: before or after
a statement, before a commit. Run as a program this module is that second process: N, then the command's arguments.
"""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

COMMAND = (sys.executable, "-m", "fhircheck", "check")
SUICIDE = (sys.executable, "-m", "tests.servers.history_kills")


def killed_after(seconds: float, arguments: Sequence[str], environment: dict[str, str]) -> bool:
    """Run the check and kill it after `seconds`. False where it was done before."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def killed_at(moment: int, arguments: Sequence[str], environment: dict[str, str]) -> bool:
    """Run the check, which kills itself at the `moment`-th word with the database. False where there were fewer."""
    done = subprocess.run(
        [*SUICIDE, str(moment), *arguments], env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    return done.returncode == -signal.SIGKILL


def kills(
    count: int, seed: int, longest: float, words: int, arguments: Sequence[str], environment: dict[str, str]
) -> int:
    """Runs that are killed, every second one by itself; half of these in the last third of `words`, where it writes.

    Gives how many of them really were.
    """
    chance = random.Random(seed)
    hit = 0
    for number in range(count):
        if number % 2:
            first = 1 if number % 4 == 1 else words * 2 // 3
            hit += killed_at(chance.randint(first, words), arguments, environment)
        else:
            hit += killed_after(chance.uniform(0.05, longest), arguments, environment)
    return hit


def faults(where: str) -> list[str]:
    """What is inconsistent in the store, nothing where all is well."""
    from sqlalchemy import func, select, text

    from fhircheck.history.document import figures
    from fhircheck.history.engine import reading
    from fhircheck.history.store import Store
    from fhircheck.history.tables import DOCUMENTS, ISSUE_COUNTS, MEASURES, RUNS, SCORES, SERIES

    found = []
    with Store.open(where) as store:
        with reading(store._engine) as connection:
            if connection.dialect.name == "sqlite":
                for check, well in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
                    if list(map(tuple, connection.execute(text(f"PRAGMA {check}")))) != well:
                        found.append(check)
            last = {
                row.name: row.last_number for row in connection.execute(select(SERIES.c.name, SERIES.c.last_number))
            }
            counts = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (RUNS, DOCUMENTS, SCORES, MEASURES, ISSUE_COUNTS)
            }
        expected = dict.fromkeys(counts, 0)
        for run in store.runs():
            known = figures(store.document(run.series, run.number))
            rows = {"scores": known.scores, "measures": known.measures, "issue_counts": known.issue_counts}
            for name, more in ({"runs": 1, "documents": 1} | {name: len(each) for name, each in rows.items()}).items():
                expected[name] += more
        if counts != expected:
            found.append(f"rows {counts} instead of {expected}")
        for series in store.series():
            numbers = [each.number for each in store.runs(series.name)]
            if numbers != list(range(1, last[series.name] + 1)):
                found.append(f"numbers {numbers} up to {last[series.name]}")
    return found


def words_of(arguments: Sequence[str], environment: dict[str, str]) -> int:
    """At how many moments a whole run of the check speaks to the database."""
    done = subprocess.run([*SUICIDE, "0", *arguments], env=environment, capture_output=True, check=False, text=True)
    return int(done.stderr.split("words: ")[1].split()[0])


def _speak(moment: int) -> None:
    """Count the words with the database, and die at the `moment`-th."""
    from sqlalchemy import Engine, event

    spoken = 0

    def count(*_told: object, **_more: object) -> None:
        nonlocal spoken
        spoken += 1
        if spoken == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, count)
    if moment == 0:
        import atexit

        atexit.register(lambda: print(f"words: {spoken}", file=sys.stderr))


def main() -> None:
    """Check as `fhircheck check` does, and die on the way."""
    from fhircheck.cli import main as command

    _speak(int(sys.argv[1]))
    command(["check", *sys.argv[2:]])


def small_data(folder: Path) -> Path:
    """A file that is checked quickly and has findings."""
    file = folder / "patient.json"
    file.write_text('{"resourceType": "Patient", "id": "a", "gender": "x", "birthDate": "1970-02-30"}')
    return file


if __name__ == "__main__":
    main()
