"""Where a prediction meets an observation: the join, and the one meaning of an interval."""
