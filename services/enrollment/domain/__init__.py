"""The rules, free of I/O: time and ids come in, facts go out."""
