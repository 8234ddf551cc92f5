"""Job files: what they mean, and what is said of each thing that is wrong with them, by line."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fhircheck.model.errors import UsageError
from fhircheck.monitor.job_file import JobFaulty, load_job
from fhircheck.monitor.job_schema import job_schema

LEAST = 'name = "lab"\nsources = ["data"]\n'


def written(folder: Path, text: str) -> str:
    path = folder / "job.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def lines(folder: Path, text: str) -> list[str]:
    """What is said of a faulty job, without the folder."""
    with pytest.raises(JobFaulty) as raised:
        load_job(written(folder, text))
    return [line.removeprefix(f"{folder}/") for line in raised.value.lines]


def test_the_least_job(tmp_path: Path) -> None:
    job = load_job(written(tmp_path, LEAST))
    assert (job.name, job.sources, job.language) == ("lab", (str(tmp_path / "data"),), "en")
    assert job.history is not None
    assert job.drift is not None
    assert (job.increment, job.bulk, job.server, job.deadline) == (None, None, None, 0)


def test_a_whole_job(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    job = load_job(written(tmp_path, WHOLE))
    options = dict(job.options)
    assert job.sources == ("https://fhir.example.org/fhir", "https://fhir.example.org/other")
    assert (job.connection.sign_in, job.connection.secret) == ("bearer", f"file:{tmp_path / 'key'}")
    assert (job.deadline, job.increment and job.increment.whole_seconds) == (2700, 7 * 86400)
    assert job.thresholds.min_score == (("interoperability", Fraction(80)),)
    assert job.thresholds.min_coverage == Fraction("62.5")
    assert [(each.path, each.format, each.language) for each in job.outputs] == [
        ("out/%Y-%m-%d.json", "json", "de"),
        ("out/findings.txt", "text", "en"),
    ]
    assert job.settings.unknown_profile == "error"
    assert (job.settings.mapped[0].type, options["smallest_cell"]) == ("Patient", 5)
    assert options["use_cases"] == ("research-cohort",)
    assert job.history is not None
    assert (job.history.keep, job.history.older_than) == (400, 730 * 86400)
    assert job.bulk is not None
    assert job.bulk.types == ("Patient", "Observation")


WHOLE = """
name = "lab"
sources = ["https://fhir.example.org/fhir", "https://fhir.example.org/other"]
use_cases = ["research-cohort"]
language = "de"
deadline = "45m"
since = "last"
whole_every = "7d"
outputs = ["out/%Y-%m-%d.json", { file = "out/findings.txt", language = "en" }]
[thresholds]
min_score = { interoperability = 80 }
min_coverage = 62.5
[privacy]
smallest_cell = 5
[connection]
auth = "bearer"
secret = "file:key"
[check]
unknown_profile = "error"
[[mapping]]
type = "Patient"
profiles = ["http://hl7.org/fhir/StructureDefinition/Patient"]
[bulk]
types = ["Patient", "Observation"]
[history]
keep = 400
older_than = "730d"
"""

FAULTS = {
    "no TOML": ("name = \n", "job.toml:1: no TOML: Invalid value"),
    "no name": ('sources = ["a"]\n', "job.toml: name is missing: Name of the job and "),
    "near key": (LEAST + 'packges = ["a"]\n', "job.toml:3: packges: no such key; did you mean packages?"),
    "other table": (LEAST + "min_score = 3\n", "job.toml:3: min_score: no such key here; it stands in [thresholds]"),
    "top level": (
        LEAST + '[thresholds]\n\ndeadline = "1h"\n',
        "job.toml:5: thresholds.deadline: no such key here; it stands before the first table",
    ),
    "unknown key": (LEAST + "[drift]\nqqq = 1\n", "job.toml:4: drift.qqq: no such key; there are: enabled, last,"),
    "type": (LEAST + "offline = 1\n", "job.toml:3: offline: must be true or false: Never use the network."),
    "enum": (
        LEAST + '[thresholds]\nfail_on = "errors"\n',
        "job.toml:4: thresholds.fail_on: not allowed; did you mean error? allowed: error, warning, never",
    ),
    "either": (
        LEAST + "[thresholds]\nmin_score = true\n",
        "job.toml:4: thresholds.min_score: must be a number or a table: Exit code 1 where a score is less",
    ),
    "range": (LEAST + "[thresholds]\nmin_score = 101\n", "job.toml:4: thresholds.min_score: must be at most 100"),
    "deep range": (
        LEAST + "[thresholds]\nmin_score = { interoperability = 101 }\n",
        "job.toml:4: thresholds.min_score.interoperability: must be at most 100",
    ),
    "no score": (
        LEAST + "[thresholds]\nmin_score = { interop = 1 }\n",
        "job.toml:4: thresholds.min_score.interop: the rubric fhircheck has no such score; there are: interoperability,"
        " ai-readiness",
    ),
    "span": (
        LEAST + 'deadline = "45"\n',
        "job.toml:3: deadline: not of the form that is asked for: The run ends in this time; what",
    ),
    "name": ('name = "../x"\nsources = ["a"]\n', "job.toml:1: name: not of the form that is asked for: Name of the"),
    "no sources": ('name = "x"\nsources = []\n', "job.toml:2: sources: is empty: What is checked."),
    "twice": ('name = "x"\nsources = ["a", "a"]\n', "job.toml:2: sources: the same stands in it twice"),
    "alone": (LEAST + 'overlap = "1m"\n', "job.toml: overlap has no use without since"),
    "no form": (
        LEAST + 'outputs = ["a.docx"]\n',
        "job.toml:3: outputs[1]: its ending says no form; there are ",
    ),
    "placeholder": (LEAST + 'outputs = ["%a.json"]\n', "job.toml:3: outputs[1]: %a is not filled in; there are "),
    "braces": (LEAST + 'outputs = ["{x}.json"]\n', "job.toml:3: outputs[1]: {x} is not filled in; "),
    "output twice": (
        LEAST + 'outputs = [\n "a.json",\n "a.json"\n]\n', "job.toml:5: outputs[2]: the same file twice"),
    "stdin": ('name = "x"\nsources = ["-"]\n', "job.toml:2: sources[1]: standard input is nothing that"),
    "offline": (
        'name = "x"\noffline = true\nsources = [\n"https://a.example"]\n',
        "job.toml:4: sources[1]: a server is named, but the job is offline",
    ),
    "no history": (LEAST + 'since = "last"\n[history]\nenabled = false\n', "job.toml:3: since: last needs a history, "),
    "no server": (LEAST + "[bulk]\n", "job.toml:3: bulk: has no use: no source is a server"),
    "no group": (
        'name = "x"\nsources = ["https://a.example/fhir"]\n[bulk]\nlevel = "group"\n',
        "job.toml:3: bulk: an export at the level of a group needs the group's id, and no other does",
    ),
    "export of a file": (
        'name = "x"\nsources = ["https://a.example/fhir",\n"data"]\n[bulk]\n',
        "job.toml:3: sources[2]: with [bulk] a source is the base address of a server",
    ),
    "export of a search": (
        'name = "x"\nsources = ["https://a.example/fhir/Patient?active=true"]\n[bulk]\n',
        "job.toml:2: sources[1]: with [bulk] a source is the base address of a server",
    ),
    "receiver": (LEAST + '[[alerts]]\ntype = "webhok"\n', "job.toml:4: alerts[1].type: not allowed; did you mean web"),
    "receiver's key": (
        LEAST + '[[alerts]]\ntype = "webhook"\nurl = "https://a.example"\ncooldown = "1h"\n',
        "job.toml:6: alerts[1].cooldown: no such key; did you mean cool_down?",
    ),
    "sign-in": (LEAST + '[connection]\nauth = "basic"\n', "job.toml:3: connection: auth basic needs user: "),
    "kind": (
        LEAST + '[[severity]]\nkind = "cardinality-mim"\nseverity = "error"\nreason = "x"\n',
        "job.toml: job: severity: no type of finding is called 'cardinality-mim' (did you mean cardinality-min?)",
    ),
    "settings twice": (
        LEAST + 'settings = "s.toml"\n[check]\n',
        "job.toml:4: check: stands in the settings file; leave out one of the two",
    ),
    "no variable": (
        'name = "x"\nsources = [\n"a",\n"${FHIRCHECK_NO_SUCH}/b"]\n',
        "job.toml:4: sources[2]: ${FHIRCHECK_NO_SUCH}: the environment has no such variable, or it is empty",
    ),
    "rubric": (LEAST + 'rubric = "nope.toml"\n', "job.toml:3: rubric: "),
    "apart": (LEAST + 'apart = "ward"\n', "job.toml:3: apart: apart ward: must be file, "),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_named_with_its_line(case: str, tmp_path: Path) -> None:
    text, said = FAULTS[case]
    found = lines(tmp_path, text)
    assert len(found) == 1, found
    assert found[0].startswith(said)


def test_all_faults_are_found_at_once(tmp_path: Path) -> None:
    found = lines(tmp_path, LEAST + "packges = 1\nofline = 2\n[history]\nkeep = 0\n")
    assert [each.split(":")[1] for each in found] == ["3", "4", "6"]
    with pytest.raises(JobFaulty, match="and 2 more"):
        load_job(str(tmp_path / "job.toml"))


SECRETS = {
    "secret": '[connection]\nauth = "bearer"\nsecret = "hunter2-swordfish"\n',
    "password": '[connection]\nauth = "basic"\nuser = "u"\npassword = "hunter2-swordfish"\n',
    "token": '[connection]\nauth = "bearer"\ntoken = "hunter2-swordfish"\n',
    "top level": 'client_secret = "hunter2-swordfish"\n',
    "database": '[history]\npassword = "hunter2-swordfish"\n',
    "database URL": '[history]\nstore = "postgresql://u:hunter2-swordfish@db/x"\n',
    "number": "[connection]\nsecret = 12345678\n",
}


@pytest.mark.parametrize("case", SECRETS)
def test_secrets_written_down_are_refused_and_never_repeated(case: str, tmp_path: Path) -> None:
    found = lines(tmp_path, LEAST + SECRETS[case])
    assert len(found) == 1
    assert "is not written into a job file" in found[0] or "no password in the URL" in found[0]
    assert "hunter2" not in found[0]
    assert "12345678" not in found[0]


def test_a_password_in_a_source_is_refused(tmp_path: Path) -> None:
    found = lines(tmp_path, 'name = "x"\nsources = ["https://u:hunter2@a.example/fhir"]\n')
    assert found == ["job.toml:2: sources[1]: a user or password in a URL is not taken: name them in [connection]"]


def test_variables_are_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIRCHECK_TEST_HOST", "fhir.example.org")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "token").write_text("abc")
    text = 'name = "x"\nsources = ["https://${FHIRCHECK_TEST_HOST}/fhir"]\n[connection]\nauth = "bearer"\n'
    job = load_job(written(tmp_path, text + 'secret = "file:${CREDENTIALS_DIRECTORY}/token"\n'))
    assert job.sources == ("https://fhir.example.org/fhir",)
    assert job.connection.secret == f"file:{tmp_path}/token"


def test_settings_may_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text('packages = ["a#1"]\n[check]\nunknown_profile = "ignore"\n')
    job = load_job(written(tmp_path, LEAST + 'settings = "s.toml"\npackages = ["b#2"]\n'))
    assert dict(job.options)["packages"] == ("b#2", "a#1")
    assert job.settings.unknown_profile == "ignore"


def test_a_missing_file_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load_job(str(tmp_path / "none.toml"))
    (tmp_path / "job.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(UsageError, match="not UTF-8"):
        load_job(str(tmp_path / "job.toml"))


def test_the_schema_is_one_and_describes_every_key() -> None:
    schema = job_schema()
    Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    assert "$ref" not in text
    assert all(part.get("description") for part in schema["properties"].values())
