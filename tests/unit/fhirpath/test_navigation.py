"""What the engine keeps from one set of definitions to the next."""

import gc
import weakref

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.fhirpath import compile_expression
from fhircheck.fhirpath.navigation import KEPT


def test_definitions_are_let_go_with_their_navigator() -> None:
    seen = []
    for _ in range(KEPT + 3):
        types = TypeTable(load_definitions(offline=True))
        compile_expression("name.exists()", "Patient", types)
        seen.append(weakref.ref(types))
        del types
    gc.collect()
    assert sum(each() is not None for each in seen) <= KEPT
