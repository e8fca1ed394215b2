"""Events owned by matching."""
