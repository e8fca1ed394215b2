"""Events owned by reporting."""
