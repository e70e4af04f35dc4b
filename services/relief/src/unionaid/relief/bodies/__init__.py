"""The JSON bodies of relief's commands. Money is whole fen; a date is `2017-01-05`; nothing is guessed."""
