"""`deploy/kubernetes`: valid by the schemas of Kubernetes, and says what the service relies on.

The schemas are those of the package kubernetes-validate, strict: a misspelt field is a fault.
"""

import re
import shutil
import subprocess
from datetime import timedelta
from typing import Any

import kubernetes_validate
import pytest
import yaml

from chunk_service.settings.quantities import parse_duration, parse_size
from tests.deploy.kustomize import Manifest, containers, rendered
from tests.deploy.service_numbers import DEPLOY, ROOT, SETTINGS, duration, longest_stop

FOLDER = DEPLOY / "kubernetes"
VARIANTS = ("base", "emptydir")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SPOOL_PATH = "/var/lib/chunk-service/spool"
KUBECTL = shutil.which("kubectl")


@pytest.fixture(params=VARIANTS)
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    return rendered(FOLDER / request.param)


def of_kind(manifests: list[Manifest], kind: str) -> Manifest:
    (found,) = [each for each in manifests if each["kind"] == kind]
    return found


def pod_of(manifest: Manifest) -> dict[str, Any]:
    pod: dict[str, Any] = manifest["spec"]["template"]["spec"]
    return pod


def with_pods(manifests: list[Manifest]) -> list[Manifest]:
    return [each for each in manifests if containers(each)]


@pytest.mark.parametrize("version", ["1.29", "1.33", kubernetes_validate.latest_version()])
def test_it_is_valid_by_the_schemas(manifests: list[Manifest], version: str) -> None:
    assert len(manifests) == 9
    for manifest in manifests:
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.skipif(KUBECTL is None, reason="compares with kubectl, which is not here")
@pytest.mark.parametrize("variant", VARIANTS)
def test_kubectl_renders_the_same(variant: str) -> None:
    assert KUBECTL is not None
    ended = subprocess.run(
        [KUBECTL, "kustomize", FOLDER / variant], capture_output=True, check=True, timeout=60
    )
    theirs = list(yaml.safe_load_all(ended.stdout))

    def by_name(each: Manifest) -> tuple[str, str]:
        return each["kind"], each["metadata"]["name"]

    assert sorted(theirs, key=by_name) == sorted(rendered(FOLDER / variant), key=by_name)


def test_settings_are_known_and_no_secret_is_among_them(manifests: list[Manifest]) -> None:
    settings = of_kind(manifests, "ConfigMap")["data"]
    assert set(settings) <= SETTINGS
    assert not [name for name in settings if re.search("SECRET|PASSWORD|DATABASE|ACCESS", name)]


def test_nothing_runs_as_root_or_writes_to_its_image(manifests: list[Manifest]) -> None:
    (user,) = re.findall(r"useradd --uid (\d+)", DOCKERFILE)
    for manifest in with_pods(manifests):
        pod = pod_of(manifest)
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == int(user)
        assert pod["automountServiceAccountToken"] is False
        for container in containers(manifest):
            confined = container["securityContext"]
            assert confined["readOnlyRootFilesystem"] is True
            assert confined["allowPrivilegeEscalation"] is False
            assert confined["capabilities"] == {"drop": ["ALL"]}


def test_every_container_has_resources_and_a_writable_tmp(manifests: list[Manifest]) -> None:
    for manifest in with_pods(manifests):
        for container in containers(manifest):
            assert {"cpu", "memory"} <= set(container["resources"]["requests"])
            assert "memory" in container["resources"]["limits"]
            assert "/tmp" in {each["mountPath"] for each in container["volumeMounts"]}


def test_every_volume_that_is_mounted_is_there(manifests: list[Manifest]) -> None:
    for manifest in with_pods(manifests):
        claims = manifest["spec"].get("volumeClaimTemplates", ())
        there = {each["name"] for each in pod_of(manifest)["volumes"]}
        there |= {each["metadata"]["name"] for each in claims}
        for container in containers(manifest):
            assert {each["name"] for each in container["volumeMounts"]} == there


def test_a_pod_has_the_time_to_stop_in(manifests: list[Manifest]) -> None:
    stateful = of_kind(manifests, "StatefulSet")
    (serve,) = pod_of(stateful)["containers"]
    waits = timedelta(seconds=int(serve["lifecycle"]["preStop"]["exec"]["command"][1]))
    told = parse_duration(of_kind(manifests, "ConfigMap")["data"]["SHUTDOWN_GRACE"])
    needed = waits + longest_stop() - duration("shutdown_grace") + told
    allowed = timedelta(seconds=pod_of(stateful)["terminationGracePeriodSeconds"])
    assert needed < allowed


def test_the_probes_ask_what_is_meant_for_them(manifests: list[Manifest]) -> None:
    (serve,) = pod_of(of_kind(manifests, "StatefulSet"))["containers"]
    asked = {name: serve[f"{name}Probe"]["httpGet"] for name in ("liveness", "readiness")}
    assert asked["liveness"] == {"path": "/health/live", "port": "http"}
    assert asked["readiness"] == {"path": "/health/ready", "port": "http"}
    (port,) = serve["ports"]
    assert f"PORT={port['containerPort']}" in DOCKERFILE


def test_the_spool_is_where_the_image_looks_for_it(manifests: list[Manifest]) -> None:
    assert f"LOCAL_TEMP_CHUNK_PATH={SPOOL_PATH}" in DOCKERFILE
    for container in containers(of_kind(manifests, "StatefulSet")):
        (spool,) = [each for each in container["volumeMounts"] if each["name"] == "spool"]
        assert spool == {"name": "spool", "mountPath": SPOOL_PATH}


def test_the_spool_stays_within_its_volume() -> None:
    manifests = rendered(FOLDER / "base")
    (claim,) = of_kind(manifests, "StatefulSet")["spec"]["volumeClaimTemplates"]
    volume = parse_size(claim["spec"]["resources"]["requests"]["storage"] + "B")
    assert parse_size(of_kind(manifests, "ConfigMap")["data"]["SPOOL_MAX_BYTES"]) < 0.95 * volume


def test_a_volume_is_kept_when_its_replica_goes() -> None:
    stateful = of_kind(rendered(FOLDER / "base"), "StatefulSet")
    kept = stateful["spec"]["persistentVolumeClaimRetentionPolicy"]
    assert set(kept.values()) == {"Retain"}


def test_selectors_find_the_pods(manifests: list[Manifest]) -> None:
    stateful = of_kind(manifests, "StatefulSet")
    labels = stateful["spec"]["template"]["metadata"]["labels"]
    migrating = of_kind(manifests, "Job")["spec"]["template"]["metadata"]["labels"]
    selectors = [each["spec"]["selector"] for each in manifests if each["kind"] == "Service"]
    disruption = of_kind(manifests, "PodDisruptionBudget")
    selectors += [each["spec"]["selector"]["matchLabels"] for each in (stateful, disruption)]
    for selector in selectors:
        assert selector.items() <= labels.items()
        assert not selector.items() <= migrating.items()
    policy = of_kind(manifests, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"]
    assert policy.items() <= labels.items() & migrating.items()


def test_what_is_scaled_and_named_is_there(manifests: list[Manifest]) -> None:
    stateful = of_kind(manifests, "StatefulSet")
    scaled = of_kind(manifests, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    named = {"kind": "StatefulSet", "name": stateful["metadata"]["name"]}
    assert named.items() <= scaled.items()
    assert "replicas" not in stateful["spec"]
    services = {each["metadata"]["name"] for each in manifests if each["kind"] == "Service"}
    assert stateful["spec"]["serviceName"] in services


def test_only_a_volume_without_a_mark_is_made_a_spool(manifests: list[Manifest]) -> None:
    (first,) = pod_of(of_kind(manifests, "StatefulSet"))["initContainers"]
    (script,) = first["args"]
    assert script.startswith('test -e "$LOCAL_TEMP_CHUNK_PATH/spool-id" || exec python -m chunk_')
    assert script.endswith(" spool create")
