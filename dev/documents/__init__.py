"""Writes what the documents copy from the code: log events, metrics, settings, the list of decisions.

`python -m dev.documents` writes it between marks in the pages, `--check` says what differs.
"""
