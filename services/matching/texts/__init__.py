"""What matching says in words: one file of texts per language, and who fills them in."""
