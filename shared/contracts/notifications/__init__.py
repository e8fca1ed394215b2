"""Events owned by notifications."""
