"""Trials: design, allocation, visits, dropout and switching; from a study to its predictions."""

from remyelin.trials.run import run_trial as run_trial
