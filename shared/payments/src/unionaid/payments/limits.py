"""Every limit of a batch and of what a bank answers, with its unit."""

BATCH_LINES_MAX = 10_000
"""Lines of one batch."""
AMOUNT_FEN_MAX = 10**15
"""Fen of one line and of one batch."""
NAME_CHARS_MAX = 140
"""Characters of a payee's or a bank's name, and of a remark (`Max140Text` of ISO 20022)."""
ACCOUNT_CHARS_MAX = 34
"""Characters of an account (`Max34Text`)."""
BANK_CODE_CHARS_MAX = 35
"""Characters of a bank's number in the clearing system (`Max35Text`); those of CNAPS have 12."""
XML_BYTES_MAX = 20 << 20
"""Bytes of an XML file; a table has the limits of `unionaid.sheets`."""
XML_DEPTH_MAX = 40
"""Elements within elements."""
XML_ELEMENTS_MAX = 500_000
"""Elements of a file."""
XML_TEXT_CHARS_MAX = 10_000
"""Characters of one element."""
BOOKINGS_MAX = 50_000
"""Bookings of a camt.054: several may be of one line."""
OWN_WORDS_CHARS_MAX = 200
"""Characters that are kept of what a bank says in its own words."""
SEED_BYTES = 32
"""Bytes of the seed of a sample."""
