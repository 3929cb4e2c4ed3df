"""Pooling of published figures over studies, and what it foretells of a new study."""
