"""What the product measures about itself, always beside a peer measured in the same run.

``python -m benchmarks`` runs every file of ``benchmarks.figures``, each in a process of its own;
``NAME=x`` picks one, ``FULL=1`` runs full sizes. ``benchmarks/results`` holds the last figures.
"""
