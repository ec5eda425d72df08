"""An update: what it would lose, its merge, its undo."""
