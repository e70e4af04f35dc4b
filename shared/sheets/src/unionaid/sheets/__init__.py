"""Tables from and to spreadsheets.

A form says which columns a table has. `read_table` takes a workbook or text with separators and returns every row
with its values and with everything that is wrong with its cells; what the values mean is the service's to judge.
"""

from importlib.resources import files

from unionaid.sheets.forms import Column, Form, Headings
from unionaid.sheets.tables import Read, Row, Table, read_table
from unionaid.sheets.writing import MEDIA_TYPE, Correction, corrections, listing, template

LOCALE = files("unionaid.sheets") / "locale"
"""Texts of the refusals and of what we write."""

__all__ = [
    "LOCALE",
    "MEDIA_TYPE",
    "Column",
    "Correction",
    "Form",
    "Headings",
    "Read",
    "Row",
    "Table",
    "corrections",
    "listing",
    "read_table",
    "template",
]
