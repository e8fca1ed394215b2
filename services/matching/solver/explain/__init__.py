"""Explanations by solving again: a child process, as the solver is."""
