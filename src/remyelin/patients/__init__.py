"""One virtual patient like a described one, and its course under one or several options."""
