"""Calibration: what the tune figures say of the parameters, with honest intervals."""
