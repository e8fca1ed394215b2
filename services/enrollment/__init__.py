"""Enrollment: programmes, the directory, and the people who said yes."""
