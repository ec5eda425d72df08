"""Works out what the names of a Python module stand for from its text, without running it."""
