"""`make mutants`: every mutant must be seen by its tests, which pass on what it was made of."""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from tests.mutants.catalogue import MUTANTS, Mutant
from tests.mutants.workshop import Workshop


def main() -> None:
    parser = argparse.ArgumentParser(prog="mutants")
    parser.add_argument("names", nargs="*", help="only these")
    names = parser.parse_args().names
    wanted = [each for each in MUTANTS if not names or each.name in names]
    console = Console()
    with Workshop.open() as workshop:
        _check_sound(workshop, wanted, console)
        survivors = _kill(workshop, wanted, console)
    if survivors:
        console.print(f"Nobody saw: {', '.join(survivors)}", style="red")
        sys.exit(1)


def _check_sound(workshop: Workshop, mutants: Iterable[Mutant], console: Console) -> None:
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    caught_by = workshop.test(tests).caught_by
    if caught_by is not None:
        console.print(f"Fails without any mutant: {caught_by}", style="red")
        sys.exit(1)


def _kill(workshop: Workshop, mutants: Sequence[Mutant], console: Console) -> list[str]:
    """The names of those that no test saw."""
    table = Table("mutant", "does", "seen by", "seconds")
    survivors = []
    for mutant in mutants:
        began = time.monotonic()
        with workshop.mutated(mutant.patch):
            caught_by = workshop.test(mutant.tests).caught_by
        seconds = time.monotonic() - began
        table.add_row(mutant.name, mutant.does, caught_by or "nobody", f"{seconds:.0f}")
        if caught_by is None:
            survivors.append(mutant.name)
    console.print(table)
    return survivors


if __name__ == "__main__":
    main()
