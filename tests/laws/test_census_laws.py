"""The census is the same however records were cut, ordered and merged."""

import pickle
from typing import Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from fhircheck.measures import observe_all
from fhircheck.measures.census import census_of
from fhircheck.measures.tools import Tools
from fhircheck.model import census_facts
from fhircheck.model.census_facts import CensusFacts
from fhircheck.model.row_facts import RowFacts
from tests.laws.merging import as_tree, groupings, merged
from tests.unit.measures.seen import Seen
from tests.unit.measures.test_census import NOW, condition, value

TOOLS = Tools(NOW)
RECORDS = st.one_of(
    st.builds(value, st.integers(-300, 300), st.sampled_from(("g/dL", "g/L")), st.sampled_from("abc")),
    st.builds(
        condition,
        st.sampled_from("ABCDEFGH"),
        day=st.dates(min_value=NOW.date().replace(year=2024)).map(str),
        system=st.sampled_from(("a", "b", None)),
    ),
)


def facts_of(nodes: list[Any]) -> CensusFacts:
    facts = CensusFacts()
    for number, node in enumerate(nodes):
        observe_all(node, Seen(record=number), {}, RowFacts(), TOOLS, facts)
    facts.settle()
    return pickle.loads(pickle.dumps(facts))  # type: ignore[no-any-return]


@given(groupings(RECORDS), st.sampled_from((2, 50_000)))
def test_census_merges_in_any_way(grouping: tuple[list[Any], list[list[Any]]], limit: int) -> None:
    whole, parts = grouping
    with patch.object(census_facts, "CODES", limit), patch.object(census_facts, "SPREADS", limit):
        expected = census_of(facts_of(whole), 2)
        assert census_of(merged([facts_of(part) for part in parts], CensusFacts), 2) == expected
        assert census_of(as_tree([facts_of(part) for part in parts], CensusFacts), 2) == expected
