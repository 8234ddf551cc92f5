"""Which file of a manifest is which, from one status request to the next."""

from fhircheck.fetch.bulk_files import KnownFiles
from fhircheck.sources.bulk_manifest import ExportFile, ExportManifest, FileGroup

BASE = "https://files.example.org"


def file(path: str, number: int, type_: str = "Patient", group: FileGroup = "output") -> ExportFile:
    return ExportFile(group, number, type_, f"{BASE}/{path}")


def manifest(*files: ExportFile) -> ExportManifest:
    return ExportManifest("2026-01-01T00:00:00Z", "", True, files)


def known_after(*manifests: ExportManifest) -> KnownFiles:
    """What is known when each manifest was read by a run of its own."""
    known = KnownFiles()
    for each in manifests:
        known = KnownFiles.loaded(known.text)
        known.take(each)
    return known


def urls(known: KnownFiles) -> dict[str, str]:
    return {part: each.url.removeprefix(BASE) for part, each in known.now.items()}


def test_parts_are_in_the_order_of_groups() -> None:
    known = known_after(
        manifest(file("e", 0, group="error"), file("a", 0), file("d", 0, group="deleted"), file("b", 1))
    )
    assert known.parts() == ["output-00000", "output-00001", "deleted-00000", "error-00000"]
    assert list(known.by_folder()) == [
        ("", ["output-00000", "output-00001"]),
        ("deleted", ["deleted-00000"]),
        ("error", ["error-00000"]),
    ]


def test_a_file_is_known_by_its_address_in_any_order() -> None:
    known = known_after(manifest(file("a?s=1", 0), file("b?s=1", 1)), manifest(file("b?s=2", 0), file("a?s=2", 1)))
    assert urls(known) == {"output-00000": "/a?s=2", "output-00001": "/b?s=2"}


def test_a_file_with_another_address_is_known_by_its_place() -> None:
    first = manifest(file("a", 0), file("b", 1, "Encounter"), file("c", 2))
    known = known_after(first, manifest(file("x", 0), file("y", 1, "Encounter"), file("z", 2)))
    assert urls(known) == {"output-00000": "/x", "output-00001": "/y", "output-00002": "/z"}


def test_a_place_that_is_not_the_same_proves_nothing() -> None:
    assert urls(known_after(manifest(file("a", 0), file("b", 1)), manifest(file("x", 1)))) == {"output-00001": "/x"}


def test_files_that_differ_in_their_query_alone_are_known_by_their_place() -> None:
    first = manifest(file("get?file=1", 0), file("get?file=2", 1))
    assert urls(known_after(first, first)) == {"output-00000": "/get?file=1", "output-00001": "/get?file=2"}


def test_a_file_that_is_gone_and_one_that_is_new() -> None:
    known = known_after(manifest(file("a", 0), file("b", 1)), manifest(file("b", 0), file("c", 1, "Encounter")))
    assert urls(known) == {"output-00001": "/b", "output-00002": "/c"}
    assert known.file("output-00000") is None
    assert known.type("output-00002") == "Encounter"


def test_what_is_kept_names_no_address() -> None:
    known = known_after(manifest(file("a?signature=x", 0)))
    assert "example" not in known.text
    assert "signature" not in known.text
