"""The use cases: one async function and one unit of work each."""
