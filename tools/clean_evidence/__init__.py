"""From the raw evidence tables to the package data."""
