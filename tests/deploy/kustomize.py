"""Kustomize as far as our folders use it: resources, images, labels and JSON patches.

Where a real `kubectl` is at hand, a test compares the two.
"""

from pathlib import Path
from typing import Any

import jsonpatch
import yaml

Manifest = dict[str, Any]
_KNOWN = {"apiVersion", "kind", "labels", "resources", "images", "patches"}


def rendered(folder: Path) -> list[Manifest]:
    asked: Manifest = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert set(asked) <= _KNOWN
    manifests = [each for name in asked["resources"] for each in _resource(folder / name)]
    for patch in asked.get("patches", ()):
        manifests = [_patched(each, patch) for each in manifests]
    for manifest in manifests:
        for entry in asked.get("labels", ()):
            manifest["metadata"].setdefault("labels", {}).update(entry["pairs"])
        for container in containers(manifest):
            container["image"] = _image(container["image"], asked.get("images", ()))
    return manifests


def containers(manifest: Manifest) -> list[Manifest]:
    spec = manifest.get("spec", {}).get("template", {}).get("spec", {})
    return [*spec.get("initContainers", ()), *spec.get("containers", ())]


def _resource(path: Path) -> list[Manifest]:
    if path.is_dir():
        return rendered(path)
    return list(yaml.safe_load_all(path.read_text()))


def _patched(manifest: Manifest, patch: Manifest) -> Manifest:
    target = patch["target"]
    if (manifest["kind"], manifest["metadata"]["name"]) != (target["kind"], target["name"]):
        return manifest
    changed: Manifest = jsonpatch.apply_patch(manifest, yaml.safe_load(patch["patch"]))
    return changed


def _image(image: str, replacements: list[dict[str, str]]) -> str:
    for each in replacements:
        if image == each["name"]:
            return f"{each['newName']}:{each['newTag']}"
    return image
