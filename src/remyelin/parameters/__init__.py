"""Every number of the model: one scalar per row, with unit, range, source and mark."""

from remyelin.parameters.binding import bind as bind
from remyelin.parameters.draws import Origin as Origin
from remyelin.parameters.draws import ParameterDraws as ParameterDraws
from remyelin.parameters.parameter import Parameter as Parameter
from remyelin.parameters.parameter import ParameterMark as ParameterMark
from remyelin.parameters.parameter import Prior as Prior
from remyelin.parameters.parameter import Spread as Spread
from remyelin.parameters.table import ParameterTable as ParameterTable
