"""Business dates: what may be entered as the day on which something happened."""

from datetime import date

from unionaid.registry.domain.refusals import DateInFuture, DateTooEarly

OCCURRED_ON_MIN = date(1925, 5, 1)
"""The All-China Federation of Trade Unions was founded on this day; an earlier date is a slip of the hand."""


def refuse_impossible(on: date, today: date) -> None:
    """Refuse a business date that has not come yet or cannot be meant.

    Raises DateInFuture, DateTooEarly.
    """
    if on > today:
        raise DateInFuture(field="occurred_on", today=today.isoformat())
    if on < OCCURRED_ON_MIN:
        raise DateTooEarly(field="occurred_on", first=OCCURRED_ON_MIN.isoformat())
