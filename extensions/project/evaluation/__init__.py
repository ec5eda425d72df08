"""Work out the values of a Python module's names from its text, without running it."""
