"""Credibility: groups of published figures, what the model says of each, and the scoreboard."""
