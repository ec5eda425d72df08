"""The checks before a copy, and the summary after it."""
