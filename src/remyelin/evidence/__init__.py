"""Published studies, their arms and outcomes, with sources."""
