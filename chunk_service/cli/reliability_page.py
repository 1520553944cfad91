"""docs/reliability.md: its table of faults is collected from the tests that provoke them.

A test says `@pytest.mark.survives("class of fault", "what happens")`; what stands around the table
is written by hand and stays as it is.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path("docs/reliability.md")
TESTS = Path("tests")
BEGIN = "<!-- table: written by chunk-service generate -->"
END = "<!-- end of table -->"
MARK = "pytest.mark.survives"


@dataclass(frozen=True, slots=True, order=True)
class Scenario:
    fault: str
    outcome: str
    file: str
    test: str


def reliability_page() -> str:
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{_table(sorted(_scenarios()))}\n{END}{after}"


def _table(scenarios: list[Scenario]) -> str:
    lines = ["| fault | what happens | shown by |", "| --- | --- | --- |"]
    lines += [
        f"| {each.fault} | {each.outcome} | [`{each.test}`](../{each.file}) |" for each in scenarios
    ]
    return "\n".join(lines)


def _scenarios() -> Iterator[Scenario]:
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if MARK in text else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _marked(node, path)


def _marked(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, path: Path
) -> Iterator[Scenario]:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == MARK:
            fault, outcome = (ast.literal_eval(argument) for argument in mark.args)
            yield Scenario(fault, outcome, path.as_posix(), node.name)
