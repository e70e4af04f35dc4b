"""A hardship dossier (困难职工档案): one household, one file, in three levels of signature."""
