"""Workbooks as officers send them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

WORKERS = ("姓名", "身份证号", "联系电话", "农民工", "用人单位统一社会信用代码", "登记日期")


def workbook(*rows: Sequence[object]) -> bytes:
    """A workbook of one sheet."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        sheet, dates = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                match value:
                    case date():
                        sheet.write_datetime(r, c, value, dates)
                    case int() | float():
                        sheet.write_number(r, c, value)
                    case str() if value:
                        sheet.write_string(r, c, value)
    return memory.getvalue()


def rows_of(content: bytes) -> list[list[Any]]:
    """What the first sheet of a workbook holds."""
    return CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0).to_python()
