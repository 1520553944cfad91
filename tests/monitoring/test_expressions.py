"""Rules and dashboard are PromQL, by a parser that is always at hand; promtool judges more."""

import promql_parser
import pytest

from tests.monitoring import files

_GRAFANAS = {"$__rate_interval": "5m", "$__range": "1h", "$__interval": "1m"}
_EXPRESSIONS = [*files.dashboard_expressions(), *(each.expression for each in files.alerts())]


@pytest.mark.parametrize("expression", _EXPRESSIONS)
def test_it_is_promql(expression: str) -> None:
    for variable, duration in _GRAFANAS.items():
        expression = expression.replace(variable, duration)
    promql_parser.parse(expression)


@pytest.mark.parametrize("expression", ["up{", "rate(up)", "sum(up) by", "nosuch(up)"])
def test_the_parser_takes_not_everything(expression: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the parser has no error of its own
        promql_parser.parse(expression)
