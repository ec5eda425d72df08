"""What answers say to the template files."""
