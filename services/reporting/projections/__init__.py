"""The projections: what the programme sees, folded from the topics alone. Knows nothing of the journal's store."""
