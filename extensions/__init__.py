"""What Copier needs to know of a Django project: its Findings, what an answer may be, and when to refuse."""
