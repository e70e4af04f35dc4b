"""Every limit of the vault, with its unit."""

PUT_PERSONS_MAX = 10_000
"""Persons put at once; a roster has at most as many rows."""
MATCH_VALUES_MAX = 10_000
"""Values matched at once."""
OPEN_PERSONS_MAX = 500
"""Persons opened by one request."""
FIELD_CHARS_MAX = 500
"""Characters of one field."""
UPLOAD_BYTES_MAX = 21 << 20
"""Bytes of one kept file, with what is said of it."""
UPLOAD_KEPT_H = 24
"""Hours for which a file that holds personal data is kept."""
SECRET_BYTES = 32
"""Bytes of the key-encryption key, of the hash key, of a person's key, of a salt."""
STATEMENT_CHARS_MAX = 2_000
"""Characters of one field of a statement."""
SEARCH_ROWS_MAX = 101
"""Persons of one page of a search, and one to know of the next."""
ALIKE_PERSONS_MAX = 200
"""Persons of one block with whom one registration is compared."""
BLOCK_PERSONS_MAX = 50
"""Persons of a block that a scan compares with one another; a larger block says nothing, and is counted."""
SCAN_BLOCKS = 2_000
"""Blocks of one step of a scan."""
DAYS_MAX = 366
"""Days on which persons looked for at once may have been born: a year's."""
