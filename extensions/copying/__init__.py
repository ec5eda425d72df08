"""What is refused before a copy, and said after it."""
