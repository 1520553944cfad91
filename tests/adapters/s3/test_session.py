"""Sessions of ours: apart in what they hold, together in what botocore reads for them."""

from pathlib import Path

import pytest

from chunk_service.adapters.s3.session import new_session


def test_models_are_read_once_for_all_sessions() -> None:
    first, second = new_session(), new_session()
    assert first is not second
    assert first.get_component("data_loader") is second.get_component("data_loader")


def test_models_that_an_operator_put_elsewhere_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert str(tmp_path) in new_session().get_component("data_loader").search_paths
