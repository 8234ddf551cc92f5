"""Items as text, as FHIRPath writes them; complex ones as JSON."""

import json
from decimal import Decimal
from typing import Any

from fhircheck.fhirpath.item import Item
from fhircheck.fhirpath.operators.equality import text_of


def shown(item: Item) -> str:
    """``true``, ``3``, ``2.50``, ``abc``, ``2015-01-01``, ``4 'mg'``; JSON for any other complex value, empty for a
    primitive without a value."""
    value = item.plain
    if value is None:
        return ""
    if value.__class__ in (dict, list):
        return json.dumps(value, ensure_ascii=False, default=_number)
    return text_of(value)


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value.adjusted()) < 18 else float(value)
    return str(value)
