"""What counts as the same and what as a difference, case by case, through the whole comparison."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fhircheck.model.errors import UsageError
from fhircheck.model.reconcile import FEW, Counts
from fhircheck.report.comparison import FORMS
from fhircheck.report.shown import View
from tests.unit.reconcile.two_stores import compared, lines, observation, patient

SCHEMA = Path(__file__).resolve().parents[3] / "fhircheck/report/comparison/reconcile.schema.json"
STORE = [patient(1), patient(2), *(observation(number, 1 + number % 2) for number in range(1, 6))]

Text = str


def raw(number: int, written: Text) -> Text:
    """An observation whose value is written like that."""
    return json.dumps(observation(number)).replace(str(13.5 + number), written)


HARMLESS: dict[str, tuple[Any, Any]] = {
    "version": (
        patient(meta={"versionId": "1", "lastUpdated": "2024-01-01T00:00:00Z"}),
        patient(meta={"versionId": "7", "lastUpdated": "2025-01-01T00:00:00Z"}),
    ),
    "no meta at all": (patient(meta={"versionId": "1"}), patient()),
    "order of members": (patient(), dict(reversed(patient().items()))),
    "sets in meta": (
        patient(meta={"profile": ["http://a.example", "http://b.example"], "tag": [{"code": "x"}, {"code": "y"}]}),
        patient(meta={"tag": [{"code": "y"}, {"code": "x"}], "profile": ["http://b.example", "http://a.example"]}),
    ),
    "narrative": (
        patient(text={"status": "generated", "div": "<div><p>Ada  is\n here</p> <p>x</p></div>"}),
        patient(text={"status": "generated", "div": "<div>\n<p>Ada is here</p>\n<p>x</p></div>"}),
    ),
    "number": (raw(1, "14.50"), raw(1, "1.450e1")),
    "base64": (
        {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": "QUJD\nREVG"},
        {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": "QUJDREVG"},
    ),
    "bundle": (
        patient(),
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"fullUrl": "https://new.example/fhir/Patient/p1", "resource": patient()}],
        },
    ),
    "own address": (
        observation(),
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {
                    "fullUrl": "https://new.example/fhir/Observation/o1",
                    "resource": observation(subject={"reference": "https://new.example/fhir/Patient/p1"}),
                }
            ],
        },
    ),
    "version in a reference": (observation(), observation(subject={"reference": "Patient/p1/_history/3"})),
    "escapes": (
        json.dumps(patient(gender="m\u00e4nnlich")),
        json.dumps(patient(gender="m\u00e4nnlich"), ensure_ascii=False),
    ),
}


def numbered(case: Any, number: int) -> str:
    """The line of a case with an id of its own."""
    text = case if isinstance(case, str) else json.dumps(case)
    for id_ in ("p1", "o1", "b"):
        text = text.replace(f'"id": "{id_}"', f'"id": "{id_}-{number}"').replace(
            f'fhir/Observation/{id_}", "resource"', f'fhir/Observation/{id_}-{number}", "resource"'
        )
    return text


def test_what_servers_may_change_is_no_difference(tmp_path: Path) -> None:
    sides = [[numbered(case[side], number) for number, case in enumerate(HARMLESS.values())] for side in (0, 1)]
    report, found = compared(*sides, tmp_path)
    assert [(list(HARMLESS)[int(each.before.split("-")[1])], each.elements) for each in found] == []
    assert report.verdict.outcome == "complete"
    assert (report.verdict.exit_code, report.counts.same) == (0, len(HARMLESS))
    assert report.before.digest == report.after.digest


CHANGED: dict[str, tuple[Any, Any, tuple[tuple[str, str], ...]]] = {
    "text": (
        patient(),
        patient(name=[{"family": "Other", "given": ["Ada", "Bea"]}]),
        (("Patient.name.family", "value"),),
    ),
    "date": (patient(), patient(birthDate="1980-02-04"), (("Patient.birthDate", "date"),)),
    "order of a list": (
        patient(),
        patient(name=[{"family": "Family1", "given": ["Bea", "Ada"]}]),
        (("Patient.name", "order"),),
    ),
    "added": (patient(), patient(active=True), (("Patient.active", "added"),)),
    "removed": (patient(active=True), patient(), (("Patient.active", "removed"),)),
    "precision": (raw(1, "14.5"), raw(1, "14.50"), (("Observation.valueQuantity.value", "precision"),)),
    "number": (raw(1, "14.5"), raw(1, "14.6"), (("Observation.valueQuantity.value", "value"),)),
    "unit": (
        observation(),
        observation(valueQuantity={**observation()["valueQuantity"], "unit": "g/l"}),
        (("Observation.valueQuantity.unit", "unit"),),
    ),
    "code": (
        observation(),
        observation(code={"coding": [{"system": "http://loinc.org", "code": "718-8", "display": "Hb"}]}),
        (("Observation.code.coding.code", "code"),),
    ),
    "reference": (
        observation(),
        observation(subject={"reference": "Patient/p2"}),
        (("Observation.subject.reference", "reference"),),
    ),
    "attachment": (
        patient(photo=[{"data": "QUJD"}]),
        patient(photo=[{"data": "QUJE"}]),
        (("Patient.photo.data", "attachment"),),
    ),
    "boolean for text": (patient(x=True), patient(x="true"), (("Patient.x", "value"),)),
    "number for text": (patient(x=1), patient(x="1"), (("Patient.x", "value"),)),
    "big number": (
        patient(x=[12345678901234567890123]),
        patient(x=[12345678901234567890124]),
        (("Patient.x", "value"),),
    ),
    "narrative": (
        patient(text={"div": "<div>a b</div>"}),
        patient(text={"div": "<div>ab</div>"}),
        (("Patient.text.div", "narrative"),),
    ),
    "null in a list": (patient(x=[None, "a"]), patient(x=["a", None]), (("Patient.x", "order"),)),
}


def test_a_change_is_told_with_its_element(tmp_path: Path) -> None:
    sides = [[numbered(case[side], number) for number, case in enumerate(CHANGED.values())] for side in (0, 1)]
    report, found = compared(*sides, tmp_path)
    told = {list(CHANGED)[int(each.before.split("-")[1])]: each.elements for each in found}
    assert told == {name: elements for name, (_, _, elements) in CHANGED.items()}
    assert all(each.status == "changed" and each.before == each.after for each in found)
    assert (report.verdict.outcome, report.verdict.exit_code) == ("not-complete", 1)
    assert report.before.digest != report.after.digest


def test_missing_and_extra_add_up_and_lose_references(tmp_path: Path) -> None:
    after = [*STORE[1:], observation(9, 2)]
    report, found = compared(STORE, after, tmp_path)
    assert [(each.status, each.before, each.after) for each in found] == [
        ("missing", "Patient/p1", ""),
        ("extra", "", "Observation/o9"),
    ]
    assert report.counts == Counts(before=7, after=7, same=6, missing=1, extra=1)
    assert report.references.broken == (("Observation.subject.reference", 2),)
    assert report.references.whole_before == 5
    assert dict(report.verdict.reasons) == {"missing": 1, "references-lost": 2, "extra": 1}
    months = {(kind, month): counts for kind, month, counts in report.months}
    assert months["Observation", FEW].extra == 1


def test_copies_and_versions_of_one_id_are_never_collapsed(tmp_path: Path) -> None:
    one, two = patient(meta={"versionId": "1"}), patient(meta={"versionId": "2"}, gender="female")
    report, found = compared([one, two], [two, one, one], tmp_path)
    assert [(each.status, each.after) for each in found] == [("extra-copy", "Patient/p1")]
    assert report.counts == Counts(before=2, after=3, same=2, extra_copies=1)
    assert (report.before.several, report.before.versions, report.after.versions) == (1, 1, 0)
    report, found = compared([one, one], [one], tmp_path)
    assert [each.status for each in found] == ["missing-copy"]
    assert report.counts == Counts(before=2, after=1, same=1, missing_copies=1)


def renumbered(resources: list[Any]) -> list[Any]:
    """The store as another vendor's server has it: other ids, the same links."""
    text = lines(resources)
    for number in range(9, 0, -1):
        for letter, kind in (("p", "Patient"), ("o", "Observation")):
            text = text.replace(f'"id": "{letter}{number}"', f'"id": "{kind[0]}-new-{number}"')
            text = text.replace(f"{kind}/{letter}{number}", f"{kind}/{kind[0]}-new-{number}")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("identity", ["auto", "identifier"])
def test_new_ids_are_followed_by_identifier_and_content(identity: str, tmp_path: Path) -> None:
    report, found = compared(STORE, renumbered(STORE), tmp_path, identity=identity)
    assert report.verdict.outcome == "complete"
    assert report.matched == (0, 2, 5)
    assert report.counts == Counts(before=7, after=7, same=7, moved=7)
    assert {each.status for each in found} == {"moved"}
    assert ("Patient/p1", "Patient/P-new-1") in {(each.before, each.after) for each in found}


def test_a_link_to_another_patient_is_found_under_new_ids(tmp_path: Path) -> None:
    after = renumbered(STORE)
    after[2]["subject"]["reference"] = "Patient/P-new-1"
    after[2]["identifier"] = STORE[2]["identifier"] = [{"system": "urn:x", "value": "o"}]
    try:
        report, found = compared(STORE, after, tmp_path)
    finally:
        del STORE[2]["identifier"]
    changed = [each for each in found if each.status == "changed"]
    assert [(each.before, each.elements) for each in changed] == [
        ("Observation/o1", (("Observation.subject.reference", "reference"),))
    ]
    assert report.counts.same == 6


def test_a_copy_stands_for_no_other_resource(tmp_path: Path) -> None:
    """Two samples alike but for their ids: one is copied, the other is gone."""
    alike = [observation(1), observation(1, id="o2")]
    _, found = compared(alike, [observation(1), observation(1)], tmp_path)
    assert {(each.status, each.before, each.after) for each in found} == {
        ("missing", "Observation/o2", ""),
        ("extra-copy", "", "Observation/o1"),
    }


def test_a_list_of_references_turned_round_is_told_as_order_beside_new_ids(tmp_path: Path) -> None:
    group = {"resourceType": "List", "id": "l", "entry": [{"item": {"reference": f"Patient/p{n}"}} for n in (1, 2)]}
    turned = {**group, "entry": group["entry"][::-1]}
    before = [patient(1), patient(2), patient(3), group]
    report, found = compared(before, [patient(1), patient(2), patient(3, id="new"), turned], tmp_path)
    assert report.counts.moved == 1
    assert [each.elements for each in found if each.status == "changed"] == [(("List.entry", "order"),)]


def test_an_id_given_anew_to_somebody_else_is_not_the_same(tmp_path: Path) -> None:
    swapped = [patient(1, id="p2"), patient(2, id="p1"), observation(1, of=2)]
    report, _ = compared([patient(1), patient(2), observation(1, of=1)], swapped, tmp_path)
    assert report.counts == Counts(before=3, after=3, same=3, moved=2)
    report, found = compared([patient(1), patient(2)], swapped[:2], tmp_path, identity="id")
    assert [each.status for each in found] == ["changed", "changed"]
    report, found = compared([patient(1), observation(1, of=1)], [patient(2, id="p1"), observation(1, of=1)], tmp_path)
    assert "same" not in {each.status for each in found}
    assert report.counts.same <= 1


def test_what_cannot_be_read_is_never_the_same(tmp_path: Path) -> None:
    report, _ = compared([patient(1), "{broken"], [patient(1)], tmp_path)
    assert (report.verdict.outcome, report.verdict.exit_code) == ("could-not-tell", 3)
    assert report.counts.same == 1
    report, _ = compared([""], [""], tmp_path)
    assert report.verdict.exit_code == 3


def test_ignored_paths_and_renames(tmp_path: Path) -> None:
    before = [
        patient(
            1,
            gender="female",
            meta={"tag": [{"code": "a"}]},
            extension=[{"url": "http://old.example/x", "valueString": "v"}],
        )
    ]
    after = [patient(1, identifier=[{"system": "http://cloud.example/mrn", "value": "M1"}],
                     extension=[{"url": "http://new.example/x", "valueString": "v"}])]  # fmt: skip
    mapping = tmp_path / "map.toml"
    mapping.write_text('[identifier-systems]\n"http://clinic.example/mrn" = "http://cloud.example/mrn"\n'
                       '[canonicals]\n"http://old.example/x" = "http://new.example/x"\n')  # fmt: skip
    report, found = compared(before, after, tmp_path, ignore=["Patient.gender", "meta.tag"], mapping=mapping)
    assert found == []
    assert report.rules.ignored == ("Patient.gender", "meta.tag")
    report, found = compared(before, after, tmp_path, ignore="extension(http://old.example/x)")
    assert dict(found[0].elements)["Patient.extension.url"] == "added"


def test_ids_of_a_mapping_file(tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text("before,after\nPatient/p1,Patient/q1\n")
    mapping = tmp_path / "map.toml"
    mapping.write_text('ids-file = "ids.csv"\n')
    before = [patient(1), observation(1)]
    after = [patient(1, id="q1"), observation(1, subject={"reference": "Patient/q1"})]
    report, _ = compared(before, after, tmp_path, mapping=mapping, identity="id")
    assert report.counts == Counts(before=2, after=2, same=2, moved=1)
    (tmp_path / "ids.csv").write_text("Patient/p1;Patient/q1\n")
    with pytest.raises(UsageError, match=r"ids\.csv:1: must be two columns"):
        compared(before, after, tmp_path, mapping=mapping)


def test_attachments_beside_each_other(tmp_path: Path) -> None:
    document = {"resourceType": "DocumentReference", "id": "d"}
    inline = {"contentType": "text/plain", "data": "QUJD", "hash": "PAG9uybzWLqyfyZ5JKosmgP8/bg=", "size": 3}
    there = {"contentType": "text/plain", "url": "https://files.example/1", "hash": "PAG9uybzWLqyfyZ5JKosmgP8/bg="}

    def content(*attachments: Any) -> Any:
        return {**document, "content": [{"attachment": each} for each in attachments]}

    far = {"contentType": "text/plain", "url": "https://files.example/2"}
    report, _ = compared([content(inline, far)], [content({**inline, "data": "QUJE"}, far)], tmp_path)
    assert (report.attachments.changed, report.attachments.by_address, report.attachments.unsound_after) == (1, 1, 1)
    report, found = compared([content(inline)], [content(there)], tmp_path)
    assert (report.attachments.same, found[0].status) == (1, "changed")


def test_every_form_is_drawn_and_json_follows_its_schema(tmp_path: Path) -> None:
    after = copy.deepcopy(STORE[1:])
    after[1]["status"] = "amended"
    after.append({"resourceType": "Observation", "status": "final"})
    report, _ = compared(STORE, after, tmp_path)
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    for language in ("en", "de"):
        drawn = {form: draw(report, View("compare", language)) for form, draw in FORMS.items()}
        assert list(validator.iter_errors(json.loads(drawn["json"]))) == []
        for form in ("text", "html", "markdown"):
            assert report.before.digest[:20] in drawn[form].replace("\n", "").replace(" ", "")
            assert ("FEHLT" if language == "de" else "MISSING") in drawn[form].upper()
            assert "Family1" not in drawn[form]
