"""The autumn tuition that the demo tells: the same sum at any scale, and nobody above the usual amount."""

from collections import Counter

import pytest

from unionaid.embedded import families
from unionaid.embedded.filing import Student
from unionaid.embedded.sample import office
from unionaid.embedded.tuition import TOTAL_FEN, awards, purpose_of


def students(scale: int) -> list[Student]:
    born = [year for year, count in families.BORN.items() for _ in range(count)]
    return [Student("p", year, "holder", "household", 3, "union", "above") for year in born * scale]


@pytest.mark.parametrize("scale", [1, 3])
def test_the_amounts_come_to_the_sum(scale: int) -> None:
    those = students(scale)
    amounts = awards(those, TOTAL_FEN * scale)
    assert (len(amounts), sum(amounts)) == (families.STUDENTS * scale, TOTAL_FEN * scale)
    assert {fen % 10_000 for fen in amounts} == {0}
    assert max(amounts) == 500_000
    assert {fen for student, fen in zip(those, amounts, strict=True) if purpose_of(student.born) == "children"} == {
        50_000
    }


def test_a_sum_above_the_usual_amounts_is_refused() -> None:
    with pytest.raises(ValueError, match="257 students cannot receive"):
        awards(students(1), TOTAL_FEN * 2)


def test_the_families_have_the_students_and_each_has_a_parent_of_age() -> None:
    told = families.invent(office(4_116, 199_700_000), 1)
    born: Counter[int] = Counter()
    for family in (one for those in told.values() for one in those):
        for member in family.members:
            if member.stage:
                year = int((member.birth_date or member.resident_id[6:10])[:4])
                born[year] += 1
                assert int(family.holder.resident_id[6:10]) <= year - 20
    assert born == families.BORN
