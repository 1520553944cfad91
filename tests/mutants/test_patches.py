"""The mutants are still mutants of this code; `make mutants` shows that the tests see them."""

from collections.abc import Iterator

import pytest

from tests.mutants.catalogue import MUTANTS, PATCHES, Mutant
from tests.mutants.workshop import ROOT, Workshop


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with Workshop.open() as workshop:
        yield workshop


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fits_and_compiles(workshop: Workshop, mutant: Mutant) -> None:
    with workshop.mutated(mutant.patch):
        assert workshop.compiles()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_its_tests_are_there(mutant: Mutant) -> None:
    assert all((ROOT / test).is_file() for test in mutant.tests)


def test_every_patch_is_of_a_mutant() -> None:
    assert {path.stem for path in PATCHES.iterdir()} == {mutant.name for mutant in MUTANTS}
