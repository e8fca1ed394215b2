"""Checks of a report that trust no solver: plain rules, counts, and prices that bound every other answer.

Nothing here is shared with the code that made the report, beside the domain's plain rules and points.
"""
