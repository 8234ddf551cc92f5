from fhircheck.definitions.definition_cache import DefinitionCache


def test_memory_is_bounded_and_what_was_used_last_stays() -> None:
    read: list[int] = []

    def text(number: int) -> bytes:
        read.append(number)
        return b'{"n":"%s"}' % (b"x" * 92)

    cache = DefinitionCache(bound=300)
    for number in (1, 2, 3, 1, 4, 1, 3, 2):
        assert set(cache.get((0, number), lambda number=number: text(number))) == {"n"}  # type: ignore[misc]
    assert read == [1, 2, 3, 4, 2]


def test_the_newest_stays_however_large_it_is() -> None:
    cache = DefinitionCache(bound=1)
    first = cache.get((0, 1), lambda: b'{"a":1}')
    assert cache.get((0, 1), lambda: b"{}") is first
