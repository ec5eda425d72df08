"""To 1.0.0, the first release: there is nothing to move."""
