"""How long rows are kept that nothing needs any more: the defaults; settings decide (`retention_*_days`).

What is not listed here is kept for good. Cursors and sequences are: an old message that comes again is told by
its cursor only.
"""

DAY = 86_400

SENT_EVENTS_DAYS = 7
ANSWERS_DAYS = 2
DECIDED_LETTERS_DAYS = 90
AUDIT_DAYS = 730
