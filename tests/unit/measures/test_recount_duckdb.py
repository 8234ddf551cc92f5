"""Measures counted again by SQL in DuckDB, out of the same NDJSON: numerator, denominator and cannot-tell must agree.

The queries are written from the formulas (`fhircheck explain`, docs/reference/measures.md) and not from our code; the
types that a reference may lead to come straight out of the core package.
"""

import gzip
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.report import MeasureResult
from fhircheck.run import RunOptions, run
from tests.needs import lack, shared_path
from tests.planted.clinic import clinic
from tests.planted.defects import PLANTERS, planted

SETS = ["smart-bulk-synthea/10-patients", "pathling-testdata/ndjson-encoders", "planted"]
Counts = tuple[int, int, int]

MACROS = """
CREATE MACRO text(node, place) AS json_extract_string(node, place);
CREATE MACRO day_of(t) AS CASE length(t) WHEN 4 THEN t || '-01-01' WHEN 7 THEN t || '-01' ELSE t[1:10] END::DATE;
CREATE MACRO zoned(t) AS length(t) > 10;
CREATE MACRO begins(t) AS CASE WHEN zoned(t) THEN epoch_us(t::TIMESTAMPTZ) ELSE epoch_us(day_of(t)::TIMESTAMP) END;
CREATE MACRO lasts(t) AS CASE
  WHEN length(t) = 4 THEN epoch_us((day_of(t) + INTERVAL 1 YEAR)::TIMESTAMP) - epoch_us(day_of(t)::TIMESTAMP)
  WHEN length(t) = 7 THEN epoch_us((day_of(t) + INTERVAL 1 MONTH)::TIMESTAMP) - epoch_us(day_of(t)::TIMESTAMP)
  WHEN length(t) = 10 THEN 86400000000
  ELSE 10 ** (6 - length(regexp_extract(t, '[.]([0-9]+)', 1))) END::BIGINT;
CREATE MACRO may_follow(a, b) AS begins(b) + lasts(b) - 1 + CASE WHEN zoned(a) AND NOT zoned(b) THEN 43200000000 ELSE 0
  END >= begins(a) - CASE WHEN zoned(b) AND NOT zoned(a) THEN 50400000000 ELSE 0 END;
"""

REFERENCES = """
WITH found AS (
  SELECT node, kind, tree.atom::VARCHAR AS quoted, tree.path AS place
  FROM resources, json_tree(resources.node) AS tree
  WHERE tree.key = 'reference' AND tree.type = 'VARCHAR'
), item AS (
  SELECT node, trim(quoted, '"') AS target,
    kind || regexp_replace(replace(place, '$', ''), '\\[[0-9]+\\]', '', 'g') AS path FROM found
), judged AS (
  SELECT item.path, target LIKE 'http%' OR target LIKE '%?%' AS outside,
    CASE WHEN target[1] = '#' THEN
      (SELECT text(inner_, '$.resourceType') FROM (SELECT unnest(json_extract(node, '$.contained[*]')) AS inner_)
        WHERE '#' || text(inner_, '$.id') = target)
    ELSE (SELECT any_value(kind) FROM resources WHERE kind || '/' || text(resources.node, '$.id') = target) END AS kind
  FROM item
)
SELECT coalesce(sum((NOT outside AND EXISTS (SELECT 1 FROM allowed
    WHERE allowed.path = judged.path AND allowed.target IN (judged.kind, 'Resource')))::INT), 0),
  coalesce(sum((NOT outside)::INT), 0), coalesce(sum(outside::INT), 0)
FROM judged WHERE path IN (SELECT path FROM allowed)
"""

PAIRS = """
WITH pair AS (
  SELECT text(node, '$.onsetPeriod.start') AS a, text(node, '$.onsetPeriod.end') AS b
    FROM resources WHERE kind = 'AllergyIntolerance'
  UNION ALL SELECT text(node, '$.onsetPeriod.start'), text(node, '$.recordedDate')
    FROM resources WHERE kind = 'AllergyIntolerance'
  UNION ALL SELECT coalesce(text(node, '$.onsetDateTime'), text(node, '$.onsetPeriod.start')),
      coalesce(text(node, '$.abatementDateTime'), text(node, '$.abatementPeriod.end'),
               text(node, '$.abatementPeriod.start'))
    FROM resources WHERE kind = 'Condition'
  UNION ALL SELECT coalesce(text(node, '$.onsetDateTime'), text(node, '$.onsetPeriod.start')),
      text(node, '$.recordedDate') FROM resources WHERE kind = 'Condition'
  UNION ALL SELECT text(node, '$.period.start'), text(node, '$.period.end') FROM resources WHERE kind = 'Encounter'
  UNION ALL SELECT text(node, '$.occurrenceDateTime'), text(node, '$.recorded')
    FROM resources WHERE kind = 'Immunization'
  UNION ALL SELECT text(node, '$.birthDate'), text(node, '$.deceasedDateTime') FROM resources WHERE kind = 'Patient'
  UNION ALL SELECT text(ordered.node, '$.authoredOn'),
      coalesce(text(given.node, '$.effectiveDateTime'), text(given.node, '$.effectivePeriod.start'))
    FROM resources AS given JOIN resources AS ordered
      ON ordered.kind = 'MedicationRequest' AND given.kind = 'MedicationAdministration'
      AND text(given.node, '$.request.reference') = 'MedicationRequest/' || text(ordered.node, '$.id')
)
SELECT coalesce(sum(may_follow(a, b)::INT), 0), count(*), 0 FROM pair WHERE a IS NOT NULL AND b IS NOT NULL
"""

UNITS = """
WITH quantity AS (
  SELECT json_extract(node, '$.valueQuantity') AS q FROM resources WHERE kind = 'Observation'
  UNION ALL
  SELECT unnest(json_extract(node, '$.component[*].valueQuantity')) FROM resources WHERE kind = 'Observation'
)
SELECT coalesce(sum((coalesce(text(q, '$.system') = 'http://unitsofmeasure.org', false)
    AND coalesce(trim(text(q, '$.code')) <> '', false))::INT), 0), count(*), 0
FROM quantity WHERE json_extract(q, '$.value') IS NOT NULL
"""

PATIENTS = """
WITH clinical(kind, who) AS (VALUES ('AllergyIntolerance', '$.patient'), ('Condition', '$.subject'),
  ('DiagnosticReport', '$.subject'), ('DocumentReference', '$.subject'), ('Encounter', '$.subject'),
  ('ImagingStudy', '$.subject'), ('Immunization', '$.patient'), ('MedicationAdministration', '$.subject'),
  ('MedicationDispense', '$.subject'), ('MedicationRequest', '$.subject'), ('MedicationStatement', '$.subject'),
  ('Observation', '$.subject'), ('Procedure', '$.subject')
), patient AS (
  SELECT DISTINCT 'Patient/' || text(node, '$.id') AS name FROM resources WHERE kind = 'Patient'
), occurring AS (
  SELECT DISTINCT kind FROM resources JOIN clinical USING (kind)
), named AS (
  SELECT DISTINCT kind, text(node, who || '.reference') AS name FROM resources JOIN clinical USING (kind)
)
SELECT (SELECT count(*) FROM named JOIN patient USING (name)),
  (SELECT count(*) FROM patient) * (SELECT count(*) FROM occurring), 0
"""

DOUBLES = """
WITH spoken AS (
  SELECT kind, node, coalesce(text(node, '$.subject.reference'), text(node, '$.patient.reference')) AS who,
    CASE kind
      WHEN 'AllergyIntolerance' THEN coalesce(text(node, '$.recordedDate'), text(node, '$.onsetDateTime'),
        text(node, '$.onsetPeriod'))
      WHEN 'Condition' THEN coalesce(text(node, '$.recordedDate'), text(node, '$.onsetDateTime'),
        text(node, '$.onsetPeriod'), text(node, '$.abatementDateTime'), text(node, '$.abatementPeriod'))
      WHEN 'Encounter' THEN text(node, '$.period')
      WHEN 'Immunization' THEN coalesce(text(node, '$.occurrenceDateTime'), text(node, '$.recorded'))
      WHEN 'MedicationRequest' THEN text(node, '$.authoredOn')
      WHEN 'Observation' THEN coalesce(text(node, '$.effectiveDateTime'), text(node, '$.effectivePeriod'),
        text(node, '$.effectiveInstant'), text(node, '$.issued'))
      WHEN 'Procedure' THEN coalesce(text(node, '$.performedDateTime'), text(node, '$.performedPeriod'))
      ELSE coalesce(text(node, '$.effectiveDateTime'), text(node, '$.effectivePeriod'), text(node, '$.dateAsserted'))
    END AS moment,
    list_sort(list_transform(CASE kind
      WHEN 'Encounter' THEN json_extract(node, '$.type[*].coding[*]') || json_extract(node, '$.serviceType.coding[*]')
        || [json_extract(node, '$.class')]
      WHEN 'Immunization' THEN json_extract(node, '$.vaccineCode.coding[*]')
      WHEN 'MedicationAdministration' THEN json_extract(node, '$.medicationCodeableConcept.coding[*]')
      WHEN 'MedicationRequest' THEN json_extract(node, '$.medicationCodeableConcept.coding[*]')
      WHEN 'MedicationStatement' THEN json_extract(node, '$.medicationCodeableConcept.coding[*]')
      ELSE json_extract(node, '$.code.coding[*]') END,
      lambda each: coalesce(text(each, '$.system'), '') || '|' || coalesce(text(each, '$.code'), ''))) AS codings,
    coalesce(text(node, '$.medicationReference.reference'), text(node, '$.code.text'), text(node, '$.vaccineCode.text'),
      text(node, '$.medicationCodeableConcept.text')) AS words,
    json_object(
      'number', json_extract(node, '$.valueQuantity.value')::DOUBLE, 'unit', text(node, '$.valueQuantity.code'),
      'concept', json_extract(node, '$.valueCodeableConcept'), 'text', json_extract(node, '$.valueString'),
      'others', [json_extract(node, '$.' || name) FOR name IN ['valueBoolean', 'valueInteger', 'valueDateTime',
        'valuePeriod', 'valueRange', 'valueRatio', 'valueTime', 'valueSampledData', 'component', 'bodySite',
        'doseQuantity', 'dosage', 'dosageInstruction']])::VARCHAR AS said
  FROM resources WHERE kind IN ('AllergyIntolerance', 'Condition', 'Encounter', 'Immunization',
    'MedicationAdministration', 'MedicationRequest', 'MedicationStatement', 'Observation', 'Procedure')
    AND coalesce(text(node, '$.status'), '') <> 'entered-in-error'
    AND coalesce(text(node, '$.verificationStatus.coding[0].code'), '') <> 'entered-in-error'
)
SELECT count(DISTINCT (kind, who, moment, codings, CASE WHEN len(codings) > 0 THEN '' ELSE words END, said)),
  count(*), 0 FROM spoken
WHERE who IS NOT NULL AND moment IS NOT NULL AND (len(codings) > 0 OR words IS NOT NULL)
"""
QUERIES = {"LINK-2": REFERENCES, "PLAU-2": PAIRS, "UNIT-1": UNITS, "COMP-4": PATIENTS, "UNIQ-2": DOUBLES}


@pytest.fixture(scope="module")
def allowed() -> list[tuple[str, str]]:
    """(element path, type a Reference there may lead to) out of the core package's own definitions."""
    found = []
    with tarfile.open(shared_path("packages", "hl7.fhir.r4.core-4.0.1.tgz")) as package:
        for member in package:
            file = package.extractfile(member) if member.name.startswith("package/StructureDefinition-") else None
            definition = json.load(file) if file else {}
            if definition.get("derivation") == "specialization":
                found += _references(definition)
    return found


def _references(definition: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (element["path"].replace("[x]", "Reference"), url.split("/")[-1])
        for element in definition["snapshot"]["element"]
        for kind in element.get("type", ())
        if kind["code"] == "Reference"
        for url in kind.get("targetProfile", ["Resource"])
    ]


@pytest.fixture(scope="module", params=SETS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of NDJSON files, one a type."""
    made = tmp_path_factory.mktemp("recount")
    if request.param == "planted":
        _write_planted(made)
        return made
    for path in sorted(shared_path("data", *request.param.split("/")).glob("*.ndjson.gz")):
        if not path.name.startswith("log."):
            made.joinpath(path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    return made


def _write_planted(folder: Path) -> None:
    """Our own clinic with every defect that there is."""
    data = clinic(patients=60)
    for each in PLANTERS:
        data = planted(each, data).data
    kinds: dict[str, list[str]] = {}
    for node in data:
        kinds.setdefault(node["resourceType"], []).append(json.dumps(node))
    for kind, lines in kinds.items():
        folder.joinpath(f"{kind}.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, MeasureResult]:
    """Judged with next to no memory, so that all is on disk and cut; the same as with all that there is."""
    report = run(RunOptions((str(folder),), offline=True, memory_limit=100_000))
    assert report.measures == run(RunOptions((str(folder),), offline=True)).measures
    return {each.code: each for each in report.measures}


@pytest.fixture(scope="module")
def database(folder: Path, allowed: list[tuple[str, str]]) -> Any:
    try:
        import duckdb
    except ImportError:
        lack("duckdb", "it is part of the extra `test`")
    base = duckdb.connect()
    base.execute("SET TimeZone = 'UTC'")
    base.execute(MACROS)
    base.execute(
        "CREATE TABLE resources AS SELECT json AS node, json_extract_string(json, '$.resourceType') AS kind "
        f"FROM read_ndjson_objects('{folder.as_posix()}/*.ndjson', maximum_object_size=67108864)"
    )
    base.execute("CREATE TABLE allowed (path VARCHAR, target VARCHAR)")
    base.executemany("INSERT INTO allowed VALUES (?, ?)", allowed)
    return base


@pytest.mark.parametrize("code", QUERIES)
def test_sql_counts_the_same(code: str, database: Any, results: dict[str, MeasureResult]) -> None:
    again = tuple(map(int, database.execute(QUERIES[code]).fetchone()))
    ours = results[code]
    assert (ours.numerator, ours.denominator, ours.cannot_tell) == again
