"""Tables from and to spreadsheets.

A form says which columns a table has. `read_table` takes a workbook or text with separators and returns every row
with its values and with everything that is wrong with its cells; what the values mean is the service's to judge.
"""

from importlib.resources import files

from unionaid.sheets.forms import Column, Form, Headings, Titles
from unionaid.sheets.tables import Aside, Read, Row, Table, read_table
from unionaid.sheets.writing import MEDIA_TYPE, Correction, Yuan, corrections, laid_out, listing, template

LOCALE = files("unionaid.sheets") / "locale"
"""Texts of the refusals and of what we write."""

__all__ = [
    "LOCALE",
    "MEDIA_TYPE",
    "Aside",
    "Column",
    "Correction",
    "Form",
    "Headings",
    "Read",
    "Row",
    "Table",
    "Titles",
    "Yuan",
    "corrections",
    "laid_out",
    "listing",
    "read_table",
    "template",
]
