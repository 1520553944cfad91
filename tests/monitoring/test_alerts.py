"""Each alert fires at what it is for and at nothing else, by Prometheus' own promtool.

CONTRIBUTING.md says how to get it. It is looked for on PATH and in `$PROMTOOL`; where there is
none, the other tests of this folder are all that is said of the rules.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.monitoring import files

_PROMTOOL = os.environ.get("PROMTOOL") or shutil.which("promtool")

needs_promtool = pytest.mark.skipif(_PROMTOOL is None, reason="promtool is not here")

_JOB = 'instance="a:9464", job="chunk-service"'
_OTHER = 'instance="b:9464", job="chunk-service"'
_REQUESTS = f'request_seconds_count{{{_JOB}, status="2xx"}}'
_REFUSED = f'problems_total{{{_JOB}, problem="spool-full", status="507"}}'
_PUT = f'operation="PutObject", {_JOB}'
_PENDING = f'oldest_delivery_seconds{{{_JOB}, endpoint="main", state="pending"}}'
_USED, _LIMIT = f'spool_bytes{{{_JOB}, spool="s"}}', f"spool_limit_bytes{{{_JOB}}}"

# For each alert what makes it fire within 20 minutes, and what does not.
_STORIES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "ChunkServiceDown": (
        {f"up{{{_JOB}}}": "0x20", f"up{{{_OTHER}}}": "0x20"},
        {f"up{{{_JOB}}}": "0x20", f"up{{{_OTHER}}}": "1x20"},
    ),
    "DatabaseAway": (
        {f"database_answers{{{_JOB}}}": "0x20"},
        {f"database_answers{{{_JOB}}}": "0x20", f"database_answers{{{_OTHER}}}": "1x20"},
    ),
    "ServerErrors": (
        {f'problems_total{{{_JOB}, problem="Internal Server Error", status="500"}}': "0x15 1x5"},
        {f'problems_total{{{_JOB}, problem="not-found", status="404"}}': "0+9x20"},
    ),
    "ManyRefusals": (
        {_REQUESTS: "0+900x20", _REFUSED: "0+100x20"},
        {_REQUESTS: "0+900x20", _REFUSED: "0+10x20"},
    ),
    "StoreFailing": (
        {
            f'store_call_seconds_count{{{_PUT}, outcome="2xx"}}': "0+80x20",
            f'store_call_seconds_count{{{_PUT}, outcome="error"}}': "0+10x20",
            f'store_call_seconds_count{{{_PUT}, outcome="denied"}}': "0+10x20",
        },
        {
            f'store_call_seconds_count{{{_PUT}, outcome="2xx"}}': "0+95x20",
            f'store_call_seconds_count{{{_PUT}, outcome="5xx"}}': "0+5x20",
            f'store_call_seconds_count{{{_PUT}, outcome="4xx"}}': "0+50x20",
        },
    ),
    "RelayLagging": (
        {f'relay_lag_seconds{{{_JOB}, spool="s"}}': "660+60x20"},
        {f'relay_lag_seconds{{{_JOB}, spool="s"}}': "0x5 660x3 0x12"},
    ),
    "SpoolFilling": ({_USED: "81x20", _LIMIT: "100x20"}, {_USED: "79x20", _LIMIT: "100x20"}),
    "WindowsSetAside": (
        {f'windows_set_aside{{{_JOB}, spool="s"}}': "0x15 1x5"},
        {f'windows_set_aside{{{_JOB}, spool="s"}}': "0x20"},
    ),
    "ChunksLost": (
        {f"lost_chunks_total{{{_JOB}}}": "0x15 2x5"},
        {f"lost_chunks_total{{{_JOB}}}": "2x20"},
    ),
    "FilesSpoiled": (
        {f"spoiled_files_total{{{_JOB}}}": "0x15 1x5"},
        {f"spoiled_files_total{{{_JOB}}}": "1x20"},
    ),
    "CompletionsStuck": (
        {f"oldest_completing_seconds{{{_JOB}}}": "0+60x20"},
        {f"oldest_completing_seconds{{{_JOB}}}": "0+60x10 0x10"},
    ),
    "EventsDelayed": ({_PENDING: "0+60x20"}, {_PENDING: "0+60x10 0x10"}),
    "DeadLetters": (
        {f'deliveries{{{_JOB}, endpoint="main", state="dead"}}': "0x15 3x5"},
        {f'deliveries{{{_JOB}, endpoint="main", state="pending"}}': "9x20"},
    ),
    "EndpointDisabled": (
        {f'endpoint_disabled{{{_JOB}, endpoint="main"}}': "1x20"},
        {f'endpoint_disabled{{{_JOB}, endpoint="main"}}': "1x5 stale"},
    ),
    "CleanUpStuck": (
        {f"clean_up_overdue_seconds{{{_JOB}}}": "3000+60x20"},
        {f"clean_up_overdue_seconds{{{_JOB}}}": "0+60x20"},
    ),
    "PoolExhausted": (
        {f"database_pool_in_use{{{_JOB}}}": "10x20", f"database_pool_limit{{{_JOB}}}": "10x20"},
        {f"database_pool_in_use{{{_JOB}}}": "10 3x20", f"database_pool_limit{{{_JOB}}}": "10x20"},
    ),
}


def test_every_alert_has_its_story() -> None:
    assert list(_STORIES) == [each.name for each in files.alerts()]


@needs_promtool
def test_the_rules_are_rules() -> None:
    _promtool("check", "rules", "--lint=all", "--lint-fatal", str(files.RULES))


@needs_promtool
def test_the_configuration_is_one() -> None:
    _promtool("check", "config", "--syntax-only", str(files.FOLDER / "prometheus.yml"))


@needs_promtool
def test_every_alert_fires_at_what_it_is_for_and_only_then(tmp_path: Path) -> None:
    document = {
        "rule_files": [str(files.RULES)],
        "evaluation_interval": "1m",
        "tests": [
            _test(name, series, fires=fires)
            for name, stories in _STORIES.items()
            for series, fires in zip(stories, (True, False), strict=True)
        ],
    }
    stories = tmp_path / "stories.yml"
    stories.write_text(yaml.safe_dump(document))
    _promtool("test", "rules", str(stories))


def _test(name: str, series: dict[str, str], *, fires: bool) -> dict[str, object]:
    firing = f'count(ALERTS{{alertname="{name}", alertstate="firing"}})'
    return {
        "name": f"{name} {'fires' if fires else 'is quiet'}",
        "interval": "1m",
        "input_series": [
            {
                "series": named if named.startswith("up") else f"chunk_service_{named}",
                "values": values,
            }
            for named, values in series.items()
        ],
        "promql_expr_test": [
            {
                "expr": firing,
                "eval_time": "19m",
                "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
            }
        ],
    }


def _promtool(*arguments: str) -> None:
    assert _PROMTOOL is not None
    result = subprocess.run(
        [_PROMTOOL, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stdout + result.stderr
