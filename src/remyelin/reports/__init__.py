"""Faces of a finished run: the run folder, the HTML report and the console table."""
