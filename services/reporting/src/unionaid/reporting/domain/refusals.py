"""What reporting refuses, by name. Each code is stable and has a text in every language of `locale/`."""

from unionaid.service.refusals import Refusal


class PeriodReversed(Refusal):
    """The period ends before it begins."""

    code = "period-reversed"


class CursorMalformed(Refusal):
    """The cursor is none that a page of this service gave."""

    code = "cursor-malformed"


class FigureDisagrees(Refusal):
    """The daily sums are not what the payments add up to: a table was altered, and no figure is given."""

    code = "figure-disagrees"


class ProjectionsNotBuilt(Refusal):
    """The tables were made by another version of the program, or not at all: `migrate`, or `rebuild`."""

    code = "projections-not-built"
