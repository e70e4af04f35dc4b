"""Every limit of a table that somebody sends, with its unit."""

FILE_BYTES_MAX = 20 << 20
"""Bytes of a file."""
UNPACKED_BYTES_MAX = 128 << 20
"""Bytes of all parts of a workbook, unpacked: what is small when packed may be huge."""
PARTS_MAX = 1_000
"""Parts of a workbook: sheets, styles, pictures."""
SHEETS_MAX = 20
"""Sheets of a workbook."""
ROWS_MAX = 10_000
"""Rows of one table, without its header."""
HEADER_ROWS_MAX = 10
"""Rows at the top among which the header is looked for; a title may stand above it."""
COLUMNS_MAX = 100
"""Columns of a sheet."""
AMOUNT_FEN_MAX = 10**15
"""Fen of one cell: as much as an event may hold."""
CELL_CHARS_MAX = 500
"""Characters of one cell."""
