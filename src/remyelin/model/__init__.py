"""The patient: states, one pure step per subsystem, events and observables.

Written once on scalars of any numeric library; no step branches on a value.
"""
