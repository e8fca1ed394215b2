"""Figures of the project, each beside a floor: what the same machine does without it."""
