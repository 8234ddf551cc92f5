"""What the measures of a run are asked for; plain data, so that it reaches every process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MeasureOptions:
    """tables: folder with tables of the user's own, which go before ours of the same file name; empty for none.

    quasi_identifiers: what k-anonymity is measured over. smallest_cell: counts of people below it are not shown.
    apart: what tells sources apart, ``file``, ``server``, ``source`` (meta.source), ``tag`` (meta.tag), ``tag=SYSTEM``,
    or empty for all together.
    de_identified: whether the data is said to hold no direct identifiers. date_precision: finest precision that
    de-identified dates may have, ``year``, ``month`` or ``day``; empty for any. sensitive: the attribute that people
    alike in their quasi-identifiers must differ in. free_text: whether texts are searched for names and identifiers
    of their patient also where the data is not said to be de-identified; it takes time.
    """

    tables: str = ""
    quasi_identifiers: tuple[str, ...] = ("birth-year", "sex", "postal-code-3")
    smallest_cell: int = 10
    apart: str = ""
    de_identified: bool = False
    date_precision: str = ""
    sensitive: str = "diagnosis-group"
    free_text: bool = False


DEFAULT_MEASURE_OPTIONS = MeasureOptions()
