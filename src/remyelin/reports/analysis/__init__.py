"""Faces of an analysis of observed data: console, page, pictures, tables and ADTTE."""
