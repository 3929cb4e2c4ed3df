"""Malformed input by the thousand: `make fuzz`, or ``python -m tools.fuzz --help``.

`kinds` says which files are read and by which command, `mutators`, `trees` and `tables` spoil valid
ones, `tries` gives them to the program and judges the answer, `batches` does so in processes with
limits, `kills` ends runs and `flips` turns bits of kept files. Every input is a function of seed,
kind and number.
"""
