"""The demo: one programme from an HR directory to the report that its lead reads."""
