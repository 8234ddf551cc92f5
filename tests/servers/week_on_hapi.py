"""Two weeks of scheduled runs against a real FHIR server: ``python -m tests.servers.week_on_hapi``.

HAPI FHIR JPA (see hapi/) is fed every morning with what a hospital did the day before (hospital.py), and cleared of
what is older than its window; every night ``fhircheck run`` reads all of it. In the first week nothing is out of the
ordinary. In the second a feed stops, a code system changes, a unit flips, and on Thursday an update takes a search
parameter away: the server is told that one of its own is retired, as a vendor would. The command prints what a receiver
was told, night by night, and ends with 1 where the first week was told of, or a planted change was not told, or more
than once.
Needs Java and Maven; some minutes.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.loopback import Asked, Loopback
from tests.servers.hapi.process import HapiRun
from tests.servers.hospital import FOLLOWS, WATCH, WINDOW, Hospital, at_night
from tests.servers.loading import updates

START = date(2026, 3, 2)
BEFORE = 4
UPDATE = 3
RETIRED = "Observation-value-quantity"
WANTED = {
    "change feed-stopped Encounter",
    "change system-new Condition.code|https://klinik.example/codes/diagnosen",
    "change unit-new http://loinc.org|2339-0 mmol/L",
    "change interface Observation.searchParam:value-quantity SERVER",
}
Node = dict[str, Any]


class Feed:
    """What the server is sent each morning."""

    def __init__(self, base: str) -> None:
        import requests

        self._base = base
        self._session = requests.Session()
        self._session.trust_env = False
        self._held: dict[str, Node] = {}

    def morning(self, day: date, hospital: Hospital) -> None:
        """Bring the server to what `hospital` holds at the beginning of `day`."""
        now = {f"{each['resourceType']}/{each['id']}": each for each in hospital.morning(day)}
        for bundle in updates(each for url, each in now.items() if self._held.get(url) != each):
            self._transact(bundle)
        gone = [{"request": {"method": "DELETE", "url": url}} for url in self._held.keys() - now.keys()]
        if gone:
            self._transact({"resourceType": "Bundle", "type": "transaction", "entry": gone})
        self._held = now

    def _transact(self, bundle: Node) -> None:
        answer = self._session.post(self._base, json=bundle, timeout=300)
        answer.raise_for_status()

    def retire(self, name: str) -> None:
        """Take the search parameter `name` away, and wait until the server does not declare it any more."""
        self._session.put(f"{self._base}/SearchParameter/{name}", json=_retired(name), timeout=300).raise_for_status()
        code = name.partition("-")[2]
        for _ in range(60):
            if code not in self._declared("Observation"):
                return
            time.sleep(1)
        raise SystemExit(f"the server still declares {name}")

    def _declared(self, kind: str) -> set[str]:
        fresh = {"Cache-Control": "no-cache"}
        statement = self._session.get(f"{self._base}/metadata", headers=fresh, timeout=300).json()
        found = [each for each in statement["rest"][0]["resource"] if each["type"] == kind]
        return {each["name"] for each in found[0]["searchParam"]}


def _retired(name: str) -> Node:
    code = name.partition("-")[2]
    return {
        "resourceType": "SearchParameter",
        "id": name,
        "url": f"http://hl7.org/fhir/SearchParameter/{name}",
        "name": code,
        "status": "retired",
        "description": "Taken away",
        "code": code,
        "base": ["Observation"],
        "type": "quantity",
        "expression": "(Observation.value as Quantity)",
    }


def run(folder: Path, day: date) -> None:
    """One scheduled run through the command line."""
    command = [sys.executable, "-m", "fhircheck", "run", "--now", at_night(day).isoformat(), "--quiet", "job.toml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{day}: exit code {done.returncode}: {done.stderr.strip()[-500:]}")


def told(receiver: Loopback, base: str) -> list[str]:
    """Keys of what the receiver was told since it was asked last."""
    keys = [item["key"] for each in receiver.asked for item in json.loads(each.body)["items"]]
    receiver.asked.clear()
    return [key.replace(base, "SERVER") for key in keys]


def main() -> int:
    """Both weeks; 0 where each planted change was told once and nothing else."""
    with tempfile.TemporaryDirectory() as name, Loopback(_thanks) as receiver:
        folder = Path(name)
        server = HapiRun(folder / "hapi")
        base = server.enter("week").base
        try:
            (folder / "job.toml").write_text(WATCH.format(base=base, receiver=receiver.base))
            return _weeks(folder, base, receiver)
        finally:
            server.leave("week")


def _thanks(asked: Asked) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, b""


def _weeks(folder: Path, base: str, receiver: Loopback) -> int:
    feed, quiet, loud = Feed(base), Counter[str](), Counter[str]()
    second = START + timedelta(7)
    plants = dict.fromkeys(("feed-stops", "system-changes", "unit-flips"), second)
    for number in range(-BEFORE, 14):
        day, begun = START + timedelta(number), time.monotonic()
        feed.morning(day, Hospital(plants))
        if number == 7 + UPDATE:
            feed.retire(RETIRED)
        run(folder, day)
        keys = told(receiver, base)
        (loud if number >= 7 else quiet).update(keys)
        print(f"{day:%a %Y-%m-%d}  {time.monotonic() - begun:5.1f} s  {', '.join(keys) or '-'}", flush=True)
    right = not quiet and set(loud.values()) == {1} and set(loud) - FOLLOWS == WANTED
    print(f"{'as planted' if right else 'NOT AS PLANTED'}: {BEFORE + 14} runs, {WINDOW} days of data in each")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
