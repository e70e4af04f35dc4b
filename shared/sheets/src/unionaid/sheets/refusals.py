"""What is refused of a file, and what is wrong with a cell, by name. Texts of each code lie in `locale/`."""

from __future__ import annotations

from collections.abc import Sequence

from unionaid.service.refusals import Fault, Refusal


class FileTooLarge(Refusal):
    """More bytes than a file may have."""

    code = "file-too-large"


class FileEmpty(Refusal):
    """No byte at all."""

    code = "file-empty"


class FileUnknown(Refusal):
    """Neither a workbook (.xlsx) nor text with separators."""

    code = "file-unknown"


class FileMisnamed(Refusal):
    """The name says what the file is not; `ending` is that of the name, `kind` says in words what it is."""

    code = "file-misnamed"


class FileEncodingUnknown(Refusal):
    """Text that is neither UTF-8 nor GB 18030 (of which GBK and GB 2312 are parts)."""

    code = "file-encoding-unknown"


class TextMalformed(Refusal):
    """Text whose quotation marks do not pair."""

    code = "text-malformed"


class WorkbookEncrypted(Refusal):
    """A workbook with a password."""

    code = "workbook-encrypted"


class WorkbookDamaged(Refusal):
    """A workbook that cannot be read to its end."""

    code = "workbook-damaged"


class WorkbookOld(Refusal):
    """A workbook of the form before 2007 (.xls)."""

    code = "workbook-old"


class WorkbookOther(Refusal):
    """A workbook of another program or form (.ods, .xlsb)."""

    code = "workbook-other"


class WorkbookWithMacros(Refusal):
    """A workbook that carries programs (.xlsm): none is taken, whatever they do."""

    code = "workbook-with-macros"


class WorkbookTooLarge(Refusal):
    """Unpacked it is larger than any table: a bomb, or full of pictures."""

    code = "workbook-too-large"


class SheetEmpty(Refusal):
    """There is no row under the header."""

    code = "sheet-empty"


class TooManyRows(Refusal):
    """More rows than one table may have."""

    code = "too-many-rows"


class TooManyColumns(Refusal):
    """More columns than a sheet may have."""

    code = "too-many-columns"


class HeaderMissing(Refusal):
    """No row at the top names the columns."""

    code = "header-missing"


class HeaderTwoRows(Refusal):
    """The names of the columns take two rows."""

    code = "header-two-rows"


class ColumnsMissing(Refusal):
    """The header lacks columns that must be there; `faults` name each."""

    code = "columns-missing"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = faults


class ColumnMissing(Refusal):
    """One of them."""

    code = "column-missing"


class ColumnTwice(Refusal):
    """Two columns have the same name."""

    code = "column-twice"


class CellNumber(Refusal):
    """A code in a cell of numbers: a program has rounded what follows the fifteenth digit."""

    code = "cell-number"


class CellFormula(Refusal):
    """A formula: what it shows may be another value tomorrow."""

    code = "cell-formula"


class CellMerged(Refusal):
    """A cell merged with others: to which of the rows its value belongs is a guess."""

    code = "cell-merged"


class CellError(Refusal):
    """The program shows an error (#N/A)."""

    code = "cell-error"


class CellTooLong(Refusal):
    """More characters than a cell may have."""

    code = "cell-too-long"


class CellForbidden(Refusal):
    """Control characters, or such as turn the direction of text."""

    code = "cell-forbidden"


class DateForm(Refusal):
    """No date, or one that can be read in two ways."""

    code = "date-form"


class DateImpossible(Refusal):
    """A day that the calendar does not have."""

    code = "date-impossible"


class NotYesOrNo(Refusal):
    """Neither yes nor no."""

    code = "cell-not-yes-or-no"


class AmountForm(Refusal):
    """No amount in yuan with at most two decimals, or less than nothing."""

    code = "amount-form"


class NotAChoice(Refusal):
    """None of the words that the column takes."""

    code = "cell-not-a-choice"
