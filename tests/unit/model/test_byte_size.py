import pytest

from fhircheck.model.byte_size import bytes_of
from fhircheck.model.errors import UsageError


@pytest.mark.parametrize(
    ("size", "count"),
    [
        (5_000_000, 5_000_000), ("5000000", 5_000_000), ("400MB", 400_000_000), ("400 mb", 400_000_000),
        ("400MiB", 400 << 20), ("400M", 400 << 20), ("2GiB", 2 << 30), ("1.5G", 3 << 29), ("1T", 1 << 40),
        ("2000kB", 2_000_000), ("1048576B", 1 << 20),
    ],
)  # fmt: skip
def test_sizes(size: object, count: int) -> None:
    assert bytes_of(size, "memory_limit", 1 << 20) == count


@pytest.mark.parametrize("size", ["", "MB", "4 parsecs", "-4MB", "1e9", True, 4.5, None, "1,5GB"])
def test_what_is_no_size(size: object) -> None:
    with pytest.raises(UsageError, match="memory_limit: must be a size such as 400MB or 2GiB"):
        bytes_of(size, "memory_limit", 1 << 20)


def test_too_little() -> None:
    with pytest.raises(UsageError, match="memory_limit: must be at least 1 MiB"):
        bytes_of("1MB", "memory_limit", 1 << 20)
