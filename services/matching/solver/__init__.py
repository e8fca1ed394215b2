"""The solver, a child process: a pool as JSON in, pairs and reasons as JSON out."""
