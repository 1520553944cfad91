"""`deploy/terraform`: it parses as HCL and sets up the bucket as the service needs it.

Providers can't be had in tests, so what is checked is the configuration, not a plan.
"""

import json
import re
from datetime import timedelta
from typing import Any

import hcl2
import pytest

from tests.deploy.service_numbers import DEPLOY, duration

FOLDER = DEPLOY / "terraform"
_REFERENCE = re.compile(r"\b(aws_[a-z0-9_]+)\.([a-z0-9_]+)\.|\bvar\.([a-z0-9_]+)")
Block = dict[str, Any]


def _parsed() -> dict[str, list[Block]]:
    together: dict[str, list[Block]] = {}
    for path in sorted(FOLDER.glob("*.tf")):
        parsed: Block = json.loads(json.dumps(hcl2.loads(path.read_text())).replace(r"\"", ""))
        for kind, blocks in parsed.items():
            if not kind.startswith("__"):
                together.setdefault(kind, []).extend(blocks)
    return together


@pytest.fixture(scope="module")
def configuration() -> dict[str, list[Block]]:
    return _parsed()


@pytest.fixture(scope="module")
def resources(configuration: dict[str, list[Block]]) -> dict[tuple[str, str], Block]:
    return {
        (kind, name): body
        for each in configuration["resource"]
        for kind, named in each.items()
        for name, body in named.items()
    }


@pytest.fixture(scope="module")
def variables(configuration: dict[str, list[Block]]) -> dict[str, Block]:
    return {name: body for each in configuration["variable"] for name, body in each.items()}


def test_stale_multipart_uploads_are_aborted_later_than_the_service_does(
    resources: dict[tuple[str, str], Block], variables: dict[str, Block]
) -> None:
    rules = resources["aws_s3_bucket_lifecycle_configuration", "uploads"]["rule"]
    (rule,) = [each for each in rules if "abort_incomplete_multipart_upload" in each]
    assert rule["status"] == "Enabled"
    (abort,) = rule["abort_incomplete_multipart_upload"]
    assert abort["days_after_initiation"] == "${var.abort_multiparts_after_days}"
    days = timedelta(days=variables["abort_multiparts_after_days"]["default"])
    assert days > duration("upload_max_age")


def test_no_rule_deletes_objects(resources: dict[tuple[str, str], Block]) -> None:
    for rule in resources["aws_s3_bucket_lifecycle_configuration", "uploads"]["rule"]:
        assert not {"expiration", "transition", "noncurrent_version_expiration"} & set(rule)


@pytest.mark.parametrize(
    ("resource", "file"),
    [
        (("aws_iam_policy", "service"), "../aws/iam_policy.json"),
        (("aws_s3_bucket_cors_configuration", "uploads"), "../aws/bucket_cors_policy.json"),
    ],
)
def test_rights_and_cors_are_those_of_the_files_that_are_checked(
    resources: dict[tuple[str, str], Block], resource: tuple[str, str], file: str
) -> None:
    assert "${path.module}/" + file in json.dumps(resources[resource])
    assert (FOLDER / file).is_file()


def test_the_role_has_these_rights_and_no_others(
    resources: dict[tuple[str, str], Block],
) -> None:
    attached = [body for (kind, _), body in resources.items() if "role_policy" in kind]
    assert [each["policy_arn"] for each in attached] == ["${aws_iam_policy.service.arn}"]


def test_nobody_reads_the_bucket_without_rights(
    resources: dict[tuple[str, str], Block],
) -> None:
    block = resources["aws_s3_bucket_public_access_block", "uploads"]
    switches = {name: value for name, value in block.items() if "public" in name}
    assert len(switches) == 4
    assert set(switches.values()) == {True}


def test_what_is_referred_to_is_declared(
    resources: dict[tuple[str, str], Block], variables: dict[str, Block]
) -> None:
    text = "".join(path.read_text() for path in FOLDER.glob("*.tf"))
    found = _REFERENCE.findall(text)
    assert {(kind, name) for kind, name, _ in found if kind} <= set(resources)
    assert {name for _, _, name in found if name} == set(variables)
