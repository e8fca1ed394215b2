"""The rules of matching, pure: no clock, no database, no solver."""
