"""The questions: what each is, its default, and which answers it takes."""
