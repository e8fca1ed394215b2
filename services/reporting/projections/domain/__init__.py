"""Figures of a programme, what they mean and to whom they are shown, without any I/O."""
