"""One file a figure: ``measure()`` yields what it measured; the docstring states the goal."""
