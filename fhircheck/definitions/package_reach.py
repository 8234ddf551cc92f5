"""Which packages a package may refer to: itself, its dependencies, theirs."""

from collections.abc import Sequence

from fhircheck.definitions.package import Package
from fhircheck.definitions.version import accepts, version_key


def reach(packages: Sequence[Package], start: int) -> dict[int, int]:
    """Number of each package that `start` reaches through dependencies -> how many steps away it is.

    A dependency whose stated version is not loaded is followed to the highest loaded one.
    """
    steps = {start: 0}
    front = [start]
    while front:
        found = [number for each in front for number in _dependencies(packages, each) if number not in steps]
        distance = len(steps) and steps[front[0]] + 1
        steps.update((number, distance) for number in found)
        front = list(dict.fromkeys(found))
    return steps


def _dependencies(packages: Sequence[Package], of: int) -> list[int]:
    found = (satisfying(packages, name, wanted) for name, wanted in packages[of].dependencies)
    return [number for number in found if number is not None]


def satisfying(packages: Sequence[Package], name: str, wanted: str) -> int | None:
    """Number of the package that stands for dependency `name` of version `wanted`, None where none is loaded."""
    named = [number for number, package in enumerate(packages) if package.name.lower() == name.lower()]
    fitting = [number for number in named if accepts(wanted, packages[number].version)]
    return max(fitting or named, key=lambda number: version_key(packages[number].version), default=None)


def package_ranks(packages: Sequence[Package]) -> list[int]:
    """Rank of each package among those that hold the same url|version: in the order of loading,
    which begins with the core, but newer versions of a package before older ones."""
    first: dict[str, int] = {}
    for number, package in enumerate(packages):
        first.setdefault(package.name.lower(), number)

    def key(number: int) -> tuple[int, object]:
        package = packages[number]
        return -first[package.name.lower()], version_key(package.version)

    order = sorted(range(len(packages)), key=key)
    ranks = [0] * len(packages)
    for rank, number in enumerate(order):
        ranks[number] = rank
    return ranks
