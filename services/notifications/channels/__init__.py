"""The ways to reach a person; mail is the only one so far."""
