"""This service beside its peers, measured on one machine in one run.

  make bench                      all rows in full, about 30 minutes, into docs/performance.md
  make bench QUICK=1              the same rows with small files, about 4 minutes
  python -m benchmarks rows       what can be measured

While working on the service's speed (medians on the terminal, and as JSON):

  python -m benchmarks quick --only put-4x8 --ours-only --rounds 3 --json before.json
  python -m benchmarks quick --only put-4x8 --ours-only --rounds 3 --json after.json
  python -m benchmarks compare before.json after.json

TUSD (a binary) or TUSD_SRC (a source tree) say where tusd is; NODE names another node.
"""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from benchmarks.choice import add_options, choice
from benchmarks.compare import comparison
from benchmarks.page.write import write
from benchmarks.results import Results
from benchmarks.run import WORKSHOP, run
from benchmarks.scenarios import rows
from benchmarks.sizes import FULL
from benchmarks.targets import reached
from benchmarks.terminal import round_trips, summary, target_table

_WIDTH_OF_FILES = 150
console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OF_FILES)


def main() -> None:
    options = _parser().parse_args()
    options.do(options)


def _parser() -> argparse.ArgumentParser:
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__, formatter_class=layout)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    page = commands.add_parser("page", help="measure, and write docs/performance.md")
    add_options(page, form="full")
    page.add_argument("--into", type=Path, default=Path("docs"), help="the page's folder")
    page.set_defaults(do=_page)
    quick = commands.add_parser("quick", help="measure, and tell the medians here")
    add_options(quick, form="quick")
    quick.add_argument("--json", type=Path, default=WORKSHOP / "quick.json", help="keep all there")
    quick.set_defaults(do=_quick)
    pair = commands.add_parser("compare", help="two results beside each other")
    pair.add_argument("before", type=Path)
    pair.add_argument("after", type=Path)
    pair.set_defaults(do=_compare)
    commands.add_parser("rows", help="what can be measured").set_defaults(do=_rows)
    return parser


def _page(options: argparse.Namespace) -> None:
    results = run(choice(options), tell=console.print)
    write(results, options.into)
    _keep(results, options.into / "performance.json")
    console.print(f"written: {options.into / 'performance.md'}")


def _quick(options: argparse.Namespace) -> None:
    results = run(choice(options), tell=console.print)
    _keep(results, options.json)
    for table in (summary(results), round_trips(results), target_table(results)):
        console.print(table)
    console.print(f"{results.noise}\nall of it: {options.json}")


def _compare(options: argparse.Namespace) -> None:
    before, after = (json.loads(path.read_text()) for path in (options.before, options.after))
    console.print(comparison(before, after))


def _rows(_: argparse.Namespace) -> None:
    for row in rows(FULL):
        console.print(f"{row.key:16} {row.name}")


def _keep(results: Results, path: Path) -> None:
    document = {**results.document(), "targets": [each.document() for each in reached(results)]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
