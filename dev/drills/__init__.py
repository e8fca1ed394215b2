"""Fire drills: every alarm of deploy/alerts is provoked once on real parts, and must be raised by both watchers.

`python -m dev.drills` is the command; it stays on this machine and takes under ten minutes.
"""
