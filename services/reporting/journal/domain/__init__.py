"""What a pair may plan and report, without any I/O."""
