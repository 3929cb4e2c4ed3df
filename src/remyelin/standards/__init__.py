"""The model in the standard languages of others."""
