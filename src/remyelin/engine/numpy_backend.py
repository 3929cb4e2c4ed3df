"""NumPy as the numeric namespace of the model: double precision, one entry per patient."""

from __future__ import annotations

import numpy as np


class NumpyNumeric:
    """The operations of `remyelin.model.numeric.Numeric` on NumPy arrays."""

    exp = staticmethod(np.exp)
    log = staticmethod(np.log)
    sqrt = staticmethod(np.sqrt)
    cos = staticmethod(np.cos)
    where = staticmethod(np.where)
    maximum = staticmethod(np.maximum)
    minimum = staticmethod(np.minimum)


NUMPY = NumpyNumeric()
"""The namespace; it has no state."""
