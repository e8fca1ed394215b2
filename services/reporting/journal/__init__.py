"""The journal: the system of record of what pairs plan and report. Knows nothing of the projections."""
