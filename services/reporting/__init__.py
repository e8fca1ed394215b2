"""Reporting: what pairs report (`journal`), and what the programme sees (`projections`), with a wall between."""
