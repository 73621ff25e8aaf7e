"""Notebook: from a run to a notebook that reproduces it, and the Colab link that shows it."""
