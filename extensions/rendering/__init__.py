"""Turn answers into what the template files need."""
