"""A round without the platform: a pool and a policy from files, a report into a file, and its checks."""
