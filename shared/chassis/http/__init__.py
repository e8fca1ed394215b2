"""The HTTP edge that every service shares: one application factory, one way to say no, one gate."""
