"""Does the program solve its own equations: checks with a number, a bound and a verdict.

Mathematics only: no check compares the model with observations of patients.
"""
