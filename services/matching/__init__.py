"""Matching: who teaches whom. See README.md."""
