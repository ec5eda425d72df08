"""What the handbook's files of a project say, for a project that has them already."""
