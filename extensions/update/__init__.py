"""An update: the checks before it, the merge, the summary, and the command to undo it."""
