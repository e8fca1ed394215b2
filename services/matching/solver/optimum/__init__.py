"""The exact lexicographic optimum of one round, with whole numbers that prove it."""
