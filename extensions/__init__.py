"""What Copier needs to know of a Django project: what its files say, what an answer may be, and when to refuse."""
