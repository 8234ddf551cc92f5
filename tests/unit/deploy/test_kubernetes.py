"""The manifests: rendered, valid by Kubernetes' own schemas, held to rules of least rights, run as far as that goes."""

import json
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.contained import run_contained
from tests.guarded_server import SEARCHSET
from tests.loopback import Loopback
from tests.needs import ROOT
from tests.unit.deploy.rendering import in_order, key_of, render, rendered_by_kustomize

RECIPE = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
KUBERNETES = ROOT / "deploy" / "kubernetes"
OVERLAYS = sorted(each.parent.name for each in KUBERNETES.glob("overlays/*/kustomization.yaml"))
VERSIONS = ("1.31", "1.37")
NOT_VALIDATED = {"sparkoperator.k8s.io/v1beta2 ScheduledSparkApplication"}
"""Kinds of operators: their schemas are in the cluster, not in Kubernetes."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@cache
def manifests(overlay: str) -> list[dict[str, Any]]:
    return render(KUBERNETES / "overlays" / overlay)


class Workload(NamedTuple):
    """What becomes a pod: its name, labels, security context and containers."""

    name: str
    labels: dict[str, str]
    spec: dict[str, Any]
    containers: list[dict[str, Any]]


def workloads(overlay: str) -> Iterator[Workload]:
    for each in manifests(overlay):
        kind, spec = each["kind"], each.get("spec") or {}
        if kind == "CronJob":
            yield _of_template(each, spec["jobTemplate"]["spec"]["template"])
        elif kind in ("Deployment", "StatefulSet", "Job"):
            yield _of_template(each, spec["template"])
        elif kind == "ScheduledSparkApplication":
            yield from _of_spark(spec["template"])
        elif kind == "ConfigMap" and "executor.yaml" in each["data"]:
            template = yaml.safe_load(each["data"]["executor.yaml"])
            yield _of_template(template, template)


def _of_template(manifest: dict[str, Any], template: dict[str, Any]) -> Workload:
    spec = template["spec"]
    assert not {"initContainers", "ephemeralContainers"} & set(spec)
    return Workload(manifest["metadata"]["name"], template["metadata"]["labels"], spec, spec["containers"])


def _of_spark(application: dict[str, Any]) -> Iterator[Workload]:
    for role in ("driver", "executor"):
        part = application[role]
        spec = {"securityContext": part["podSecurityContext"], "volumes": application["volumes"]}
        resources = {"limits": {"memory": part["memory"], "cpu": part["cores"]}, "requests": {}}
        container = {"name": role, "image": application["image"], "resources": resources, **part}
        yield Workload(role, part["labels"], spec, [container])


ALL = [(overlay, each) for overlay in OVERLAYS for each in workloads(overlay)]
IDS = [f"{overlay}-{each.name}" for overlay, each in ALL]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kustomize_renders_the_same_where_it_is_there(overlay: str) -> None:
    ours = {key_of(each): in_order(each) for each in manifests(overlay)}
    assert len(ours) == len(manifests(overlay)), "nothing is there twice"
    theirs = rendered_by_kustomize(KUBERNETES / "overlays" / overlay)
    if theirs is not None:
        assert {key_of(each): in_order(each) for each in theirs} == ours


@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_are_valid_by_the_schemas_of_kubernetes(version: str) -> None:
    kubernetes_validate = import_module("kubernetes_validate")
    skipped = set()
    seen: list[Any] = []
    for overlay in OVERLAYS:
        for each in manifests(overlay):
            kind = f"{each['apiVersion']} {each['kind']}"
            if kind in NOT_VALIDATED:
                skipped.add(kind)
            elif each not in seen:
                seen.append(each)
                kubernetes_validate.validate(each, version, strict=True)
    assert skipped == NOT_VALIDATED
    template = yaml.safe_load((KUBERNETES / "overlays/spark-submit/executor.yaml").read_text())
    kubernetes_validate.validate(template, version, strict=True)


@pytest.mark.parametrize(("overlay", "workload"), ALL, ids=IDS)
def test_pods_have_the_least_rights(overlay: str, workload: Workload) -> None:
    pod = workload.spec["securityContext"]
    assert pod["runAsNonRoot"] is True
    assert pod["runAsUser"] > 0
    assert pod["runAsGroup"] > 0
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in workload.containers:
        own = container["securityContext"]
        assert own == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert not {"hostPort"} & {key for port in container.get("ports", ()) for key in port}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(workload.spec)
    assert not any("hostPath" in each for each in workload.spec["volumes"])


@pytest.mark.parametrize(("overlay", "workload"), ALL, ids=IDS)
def test_pods_have_limits_pinned_images_and_all_their_volumes(overlay: str, workload: Workload) -> None:
    claims = {"data"} if workload.name == "fhircheck-postgres" else set()
    volumes = claims | {each["name"] for each in workload.spec["volumes"]}
    for container in workload.containers:
        image, _, tag = container["image"].rpartition(":")
        assert image
        assert re.fullmatch(r"\d+\.\d+(\.\d+)?(-[a-z]+)?", tag), "pinned"
        if image.startswith("registry.example.org/fhircheck"):
            assert tag == PROJECT["version"]
            assert image.rpartition("/")[2] in (ROOT / "deploy/Containerfile").read_text()
        limits = container["resources"]["limits"]
        assert {"memory", "cpu"} <= set(limits) or workload.name == "executor"
        mounted = [each["name"] for each in container["volumeMounts"]]
        assert set(mounted) == volumes or set(mounted) < volumes
        places = [each["mountPath"] for each in container["volumeMounts"]]
        assert len(set(places)) == len(places)
        assert "/tmp" in places
    for volume in workload.spec["volumes"]:
        if "emptyDir" in volume:
            assert volume["emptyDir"].get("sizeLimit"), "a full disk takes the node's other pods with it"
        if "secret" in volume:
            assert volume["secret"]["defaultMode"] == 0o440


@pytest.mark.parametrize(("overlay", "workload"), ALL, ids=IDS)
def test_only_who_asks_the_cluster_has_its_token(overlay: str, workload: Workload) -> None:
    mounted = workload.spec.get("automountServiceAccountToken", "of the operator")
    asks = workload.name == "fhircheck-lake"
    assert mounted in ((True,) if asks else (False, "of the operator"))
    for each in manifests(overlay):
        if each["kind"] == "ServiceAccount":
            assert each["automountServiceAccountToken"] is False
        assert each["kind"] not in ("ClusterRole", "ClusterRoleBinding")
        if each["kind"] == "Role":
            assert "*" not in str(each["rules"])
            assert "secrets" not in str(each["rules"])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_secret_is_written_down(overlay: str) -> None:
    guide = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    for each in manifests(overlay):
        assert each["kind"] != "Secret"
    for workload in workloads(overlay):
        for container in workload.containers:
            for variable in container.get("env", ()):
                if re.search(r"PASSWORD|SECRET|TOKEN|KEY", variable["name"]):
                    assert variable["value"].startswith("/run/secrets"), "named by its file, never a value"
                assert "secretKeyRef" not in str(variable)
            assert not re.search(r"://[^/\s]*:[^/\s]*@", str(container)), "no password in a URL"
        for volume in workload.spec["volumes"]:
            secret = volume.get("secret", {})
            if secret:
                assert f"`{secret['secretName']}`" in guide
            for item in secret.get("items", ()):
                assert f"`{item['key']}`" in guide


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_network_is_closed_but_for_what_is_named(overlay: str) -> None:
    policies = {
        each["metadata"]["name"]: each["spec"] for each in manifests(overlay) if each["kind"] == "NetworkPolicy"
    }
    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    components = {each.labels["app.kubernetes.io/component"] for each in workloads(overlay)}
    for name, policy in policies.items():
        chosen = policy["podSelector"]
        if name not in ("default-deny", "names"):
            assert chosen, f"{name} is for all pods"
            named = {str(chosen.get("matchLabels", {}).get("app.kubernetes.io/component", ""))}
            named |= {value for each in chosen.get("matchExpressions", ()) for value in each["values"]}
            assert named - {""} & components, f"{name} is for no pod"
        for direction, ends in (("ingress", "from"), ("egress", "to")):
            for rule in policy.get(direction, ()):
                assert rule[ends], "to or from everywhere"
                assert "0.0.0.0/0" not in str(rule)
    (namespace,) = [each for each in manifests(overlay) if each["kind"] == "Namespace"]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {each["metadata"].get("namespace", "fhircheck") for each in manifests(overlay)} == {"fhircheck"}
    ports = {port.get("name"): port["containerPort"] for each in workloads(overlay) for container in each.containers
             for port in container.get("ports", ())}  # fmt: skip
    for each in manifests(overlay):
        for port in each["spec"]["ports"] if each["kind"] == "Service" else ():
            assert port["targetPort"] in ports


def test_scheduled_runs_do_not_pile_up() -> None:
    for overlay in ("one-node", "on-premise", "managed-database"):
        (spec,) = [each["spec"] for each in manifests(overlay) if each["kind"] == "CronJob"]
        job = spec["jobTemplate"]["spec"]
        assert (spec["concurrencyPolicy"], spec["timeZone"]) == ("Forbid", "Europe/Berlin")
        assert spec["startingDeadlineSeconds"] > 0
        assert job["ttlSecondsAfterFinished"] > 0
        assert job["template"]["spec"]["restartPolicy"] == "Never"
        (exits,) = [each["onExitCodes"] for each in job["podFailurePolicy"]["rules"] if "onExitCodes" in each]
        assert (exits["operator"], exits["values"]) == ("In", [1, 2])
        text = next(each["data"]["lab.toml"] for each in manifests(overlay) if each["kind"] == "ConfigMap")
        minutes = int(tomllib.loads(text)["deadline"].removesuffix("m"))
        assert minutes * 60 < job["activeDeadlineSeconds"]


def arguments(workload: Workload) -> list[str]:
    (container,) = workload.containers
    words = list(container.get("args", ()))
    return words[1:] if words[:1] == ["fhircheck"] else words


@pytest.mark.parametrize(
    ("overlay", "workload"),
    [pair for pair in ALL if arguments(pair[1])[:1] and arguments(pair[1])[0] in ("run", "serve", "check")],
)
def test_the_command_line_knows_the_arguments(overlay: str, workload: Workload) -> None:
    name, *words = arguments(workload)
    getattr(import_module(f"fhircheck.cli.{name}"), name).make_context(name, words)


def test_the_command_line_knows_the_arguments_of_the_spark_application() -> None:
    (application,) = [each for each in manifests("spark-operator") if each["kind"] == "ScheduledSparkApplication"]
    name, *words = application["spec"]["template"]["arguments"]
    getattr(import_module(f"fhircheck.cli.{name}"), name).make_context(name, words)
    pinned = (ROOT / "deploy/constraints.txt").read_text()
    assert f"pyspark=={application['spec']['template']['sparkVersion']}\n" in pinned


CAPABILITIES = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "4.0.1",
    "rest": [{"mode": "server", "resource": [{"type": "Patient", "interaction": [{"code": "search-type"}]}]}],
}


@pytest.fixture
def fhir_server() -> Iterator[Loopback]:
    def answer(asked: Any) -> Any:
        if asked.headers.get("authorization") != "Bearer token-of-the-test-0123456789":
            return 401, {}, b""
        body = CAPABILITIES if asked.path.partition("?")[0].endswith("/metadata") else SEARCHSET
        return 200, {"Content-Type": "application/fhir+json"}, json.dumps(body).encode()

    with Loopback(answer) as server:
        yield server


def test_the_command_of_the_cron_job_runs(fhir_server: Loopback) -> None:
    """The container's own arguments, variables and files, below a folder of the test; the server is another one.

    The root is read-only but for the volumes that are mounted to be written, as far as this machine lets us.
    """
    (workload,) = [each for each in workloads("one-node") if each.name == "fhircheck-lab"]
    (container,) = workload.containers
    with tempfile.TemporaryDirectory(prefix="pod-") as folder:
        places = {each["mountPath"]: Path(folder) / each["mountPath"].strip("/") for each in container["volumeMounts"]}
        for path in places.values():
            path.mkdir(parents=True, exist_ok=True)
        found = re.compile(rf"(?<![\w.])({'|'.join(sorted(map(re.escape, places), key=len, reverse=True))})(?=/|$)")

        def placed(text: str) -> str:
            return found.sub(lambda match: str(places[match[1]]), text)

        job = next(each["data"]["lab.toml"] for each in manifests("one-node") if each["kind"] == "ConfigMap")
        (places["/etc/fhircheck"] / "lab.toml").write_text(job.replace("https://fhir.example.org", fhir_server.origin))
        secret = places["/run/secrets/fhircheck"] / "fhir-token"
        secret.write_text("token-of-the-test-0123456789\n")
        secret.chmod(0o440)
        image = dict(re.findall(r"(FHIRCHECK_\w+|HOME)=(\S+)", RECIPE.partition("ENV PATH")[2].partition("VOLUME")[0]))
        given = {name: placed(value) for name, value in image.items()}
        given |= {each["name"]: placed(each["value"]) for each in container["env"]}
        writable = [places[each["mountPath"]] for each in container["volumeMounts"] if not each.get("readOnly")]
        command = [sys.executable, "-m", "fhircheck", *map(placed, container["args"])]
        done = run_contained(command, writable, given | {"PYTHONPATH": str(ROOT)}, network=True)
        events = [json.loads(line) for line in done.stderr.splitlines()]
        assert done.returncode == 0, done.stderr
        assert events[-1]["event"] == "run-finished"
        state = places["/var/lib/fhircheck"]
        assert (state / "history.sqlite").is_file()
        assert {each.suffix for each in (state / "reports").iterdir()} == {".json", ".html"}
        written = b"".join(each.read_bytes() for each in state.rglob("*") if each.is_file())
        assert b"token-of-the-test" not in written + done.stderr.encode() + done.stdout.encode()
        assert not list(places["/tmp"].iterdir())
