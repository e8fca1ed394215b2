"""Events owned by enrollment."""
