import re

import pytest

from fhircheck.measures import MEASURES
from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.crosswalk import MARKS, crosswalk, frameworks, mapped
from fhircheck.report.explanation import explanation
from fhircheck.report.german.crosswalk_texts import CELLS, crosswalk_words
from fhircheck.report.shown import View


def test_every_measure_is_in_the_table_and_nothing_else() -> None:
    assert mapped() == set(MEASURES.names)


def test_the_frameworks_are_those_that_were_promised() -> None:
    assert [each.name for each in frameworks()] == ["kahn", "piqi", "metric", "ehds", "iso5259", "ai-act", "fair"]
    assert all(each.mark in MARKS and each.title and each.note for each in frameworks())


@pytest.mark.parametrize("measure", list(MEASURES), ids=lambda each: each.name)
def test_each_cell_has_its_mark_and_each_measure_some_cells(measure: CountedMeasure) -> None:
    cells = crosswalk(measure)
    assert len(cells) == len(frameworks())
    assert all(cell.mark in MARKS for cell in cells)
    by_name = {cell.framework.name: cell for cell in cells}
    assert by_name["kahn"].text.startswith(measure.category.value)
    assert by_name["iso5259"].mark == "U", "paywalled"
    assert by_name["ai-act"].text, "Art. 10 asks for all of it"
    assert by_name["ai-act"].mark == ("2" if by_name["ai-act"].text.startswith("(2)") else "V")


def test_explain_shows_the_cells_with_their_marks() -> None:
    for language in ("en", "de"):
        text = explanation("value-in-range", View("explain", language))
        assert text is not None
        assert re.search(r"PIQI[^\n]*:\s+LabResult_ValueIsPlausible \[V\]", text)
        accuracy = {"en": r"accuracy\s+\(semantic", "de": r"Genauigkeit\s+\(semantisch"}[language]
        assert re.search(rf"5259-2[^\n]*:\s+{accuracy}\)\s+\[U\]", text)
        assert "FAIR" in text
        assert {"en": "Look into values that cannot be true", "de": "Unmögliche Messwerte klären"}[language] in text
        german = ("EHDS-Verordnung (EU) 2025/327, Art. 78 Abs. 3:", "KI-Verordnung (EU) 2024/1689, Art. 10:")
        assert [each in " ".join(text.split()) for each in german] == [language == "de"] * 2
        assert ("EU AI Act" in text) == (language == "en")
    assert "–" in str(explanation("unit-harmonised", View("explain")))


def test_what_is_no_name_of_a_framework_has_german_words() -> None:
    cells = {(cell.framework.name, cell.text) for measure in MEASURES for cell in crosswalk(measure) if cell.text}
    same = {name for name, text in cells if crosswalk_words(name, text).german == text}
    assert same == {"piqi", "metric", "fair"}, "names of modules, clusters and principles"
    assert {text for _, text in cells} >= set(CELLS)
    assert crosswalk_words("kahn", "completeness, verification").german == "Vollständigkeit, Verifikation"
    assert crosswalk_words("piqi", "Attr_IsPopulated (closest)").german == "Attr_IsPopulated (am nächsten)"
