"""Endpoints beside mstrial and msclinical, on the tables that msclinical prints."""
