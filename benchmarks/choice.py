"""Which rows, which contestants, how many rounds: what the command line chooses."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from benchmarks.contestants.contestant import Contestant, Group
from benchmarks.scenarios import Scenario, rows
from benchmarks.sizes import FORMS, Form

_OURS = {Group.OURS, Group.SYNCED, Group.HASHED}


@dataclass(frozen=True, slots=True)
class Choice:
    """`only` and `skip` are patterns of rows' keys; none of `only`: all."""

    form: Form
    rounds: int
    only: Sequence[str] = ()
    skip: Sequence[str] = ()
    among: Sequence[str] = ()
    ours_only: bool = False

    def scenarios(self) -> list[Scenario]:
        return [
            each
            for each in rows(self.form)
            if (not self.only or _fits(each.key, self.only)) and not _fits(each.key, self.skip)
        ]

    def contestants(self, every: Sequence[Contestant]) -> list[Contestant]:
        return [
            each
            for each in every
            if (not self.among or _fits(each.name, self.among))
            and (not self.ours_only or each.group in _OURS)
        ]

    @property
    def is_in_depth(self) -> bool:
        """Who asks for single rows waits for nothing else."""
        return not self.only


def add_options(parser: argparse.ArgumentParser, *, form: str) -> None:
    told = ", ".join(f"{name} ({each.rounds} rounds)" for name, each in FORMS.items())
    parser.add_argument("--form", choices=FORMS, default=form, help=f"{told}; default: {form}")
    parser.add_argument("--rounds", type=int, help="how many instead")
    parser.add_argument("--only", action="append", metavar="ROW", help="this row: put-4x8, put-*")
    parser.add_argument("--skip", action="append", metavar="ROW", help="all but it: file-8192-mib")
    parser.add_argument("--among", action="append", metavar="NAME", help="contestant: 'tusd*'")
    parser.add_argument("--ours-only", action="store_true", help="no peers")


def choice(options: argparse.Namespace) -> Choice:
    form = FORMS[options.form]
    return Choice(
        form=form,
        rounds=options.rounds or form.rounds,
        only=options.only or (),
        skip=options.skip or (),
        among=options.among or (),
        ours_only=options.ours_only,
    )


def _fits(text: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)
