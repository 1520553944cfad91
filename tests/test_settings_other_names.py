"""Settings by their second names, those of services that this one replaces; the two must agree."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from chunk_service.settings.loading import SettingsError, load_group, misspelt_settings
from chunk_service.settings.other_names import other_name_of
from chunk_service.settings.storage import S3Settings

OTHER_NAMES = {
    "S3_ACCESS_KEY": "AWS_ACCESS_KEY_ID",
    "S3_SECRET_KEY": "AWS_SECRET_ACCESS_KEY",
    "S3_BUCKET_NAME": "AWS_BUCKET",
    "S3_REGION_NAME": "AWS_REGION",
}
VALUES = {
    "S3_ACCESS_KEY": "acc3ss",
    "S3_SECRET_KEY": "s3cret",
    "S3_BUCKET_NAME": "uploads",
    "S3_REGION_NAME": "eu-west-1",
}
BY_OTHER_NAMES = {other: VALUES[name] for name, other in OTHER_NAMES.items()}
each_setting = pytest.mark.parametrize("name", OTHER_NAMES)
in_each_place = pytest.mark.parametrize("in_file", [False, True], ids=["environment", "file"])


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in OTHER_NAMES:
        monkeypatch.delenv(name, raising=False)


def settings(
    environment: Mapping[str, str], *, file: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Those four, as they were read."""
    lines = [f"{name}={value}\n" for name, value in (file or {}).items()]
    Path(".env").write_text("".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        loaded = load_group(S3Settings)
    assert loaded.s3_access_key is not None
    assert loaded.s3_secret_key is not None
    return {
        "S3_ACCESS_KEY": loaded.s3_access_key,
        "S3_SECRET_KEY": loaded.s3_secret_key.get_secret_value(),
        "S3_BUCKET_NAME": loaded.s3_bucket_name,
        "S3_REGION_NAME": loaded.s3_region_name,
    }


def fault(environment: Mapping[str, str], *, file: Mapping[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(environment, file=file)
    return str(caught.value)


def told(name: str) -> str:
    return f"  {name} (or {OTHER_NAMES[name]}): both names are set, to different values"


def test_these_settings_have_another_name() -> None:
    fields = S3Settings.model_fields.items()
    named = {name.upper(): other for name, field in fields if (other := other_name_of(field))}
    assert named == OTHER_NAMES


@in_each_place
def test_other_names_suffice(*, in_file: bool) -> None:
    loaded = settings({}, file=BY_OTHER_NAMES) if in_file else settings(BY_OTHER_NAMES)
    assert loaded == VALUES


@each_setting
def test_one_of_them_may_stand_among_the_own_names(name: str) -> None:
    own = {other: value for other, value in VALUES.items() if other != name}
    assert settings({**own, OTHER_NAMES[name]: VALUES[name]}) == VALUES
    assert settings({OTHER_NAMES[name]: VALUES[name]}, file=own) == VALUES
    assert settings(own, file={OTHER_NAMES[name]: VALUES[name]}) == VALUES


def test_both_names_may_say_the_same() -> None:
    assert settings({**VALUES, **BY_OTHER_NAMES}) == VALUES
    assert settings(VALUES, file=BY_OTHER_NAMES) == VALUES


@each_setting
def test_two_values_are_a_fault_of_both_names(name: str) -> None:
    contradiction = {OTHER_NAMES[name]: "pa55word"}
    for message in (
        fault(VALUES | contradiction),
        fault({}, file=VALUES | contradiction),
        fault(contradiction, file=VALUES),
        fault(VALUES, file=contradiction),
    ):
        assert message.startswith("1 setting is wrong or missing:")
        assert told(name) in message
        assert not {"pa55word", VALUES[name]} & set(message.replace(":", " ").split())


def test_every_contradiction_is_told_at_once_and_with_other_faults() -> None:
    other_values = {other: f"{value}-2" for other, value in BY_OTHER_NAMES.items()}
    message = fault({**VALUES, **other_values, "S3_ADDRESSING_STYLE": "odd"})
    assert message.startswith("5 settings are wrong or missing:")
    assert all(told(name) in message for name in OTHER_NAMES)
    assert "  S3_ADDRESSING_STYLE: " in message
    assert not any(value in message for value in (*VALUES.values(), *other_values.values()))


@each_setting
def test_an_empty_name_is_an_unset_one(name: str) -> None:
    other = OTHER_NAMES[name]
    assert settings({**VALUES, other: ""}) == VALUES
    assert settings({**VALUES, name: "", other: VALUES[name]}) == VALUES
    assert settings({**VALUES, name: ""}, file={other: VALUES[name]}) == VALUES
    assert settings({**VALUES, other: ""}, file={other: VALUES[name]}) == VALUES


@each_setting
def test_of_one_name_the_environment_wins(name: str) -> None:
    other = OTHER_NAMES[name]
    rest = {each: value for each, value in VALUES.items() if each != name}
    assert settings({**rest, other: VALUES[name]}, file={other: "old"}) == VALUES
    assert settings({**VALUES, other: VALUES[name]}, file={name: "old"}) == VALUES


def test_what_is_missing_or_wrong_is_told_by_both_names() -> None:
    assert "  S3_BUCKET_NAME (or AWS_BUCKET) is missing." in fault({})
    message = fault({"AWS_BUCKET": "a b"})
    assert "  S3_BUCKET_NAME (or AWS_BUCKET): String should match pattern" in message


def test_no_other_name_is_taken_for_a_misspelling(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in BY_OTHER_NAMES.items():
        monkeypatch.setenv(name, value)
    found = {each.found for each in misspelt_settings(env_file=None)}
    assert not found & set(BY_OTHER_NAMES)
