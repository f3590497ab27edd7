"""One measure, one file, one return shape.

``from equity_audit.measures import proportion`` gives the function, not the module of the same name,
whichever of the two was asked for first. Importing this package imports no measure: a measure
is found by its file name when it is first asked for. Files whose name begins with ``_`` are shared helpers.
"""

import sys
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what a type checker sees; a test holds it against the files
    from equity_audit.measures.adjust_p import adjust_p as adjust_p
    from equity_audit.measures.association import association as association
    from equity_audit.measures.attributable import attributable as attributable
    from equity_audit.measures.between_group import between_group as between_group
    from equity_audit.measures.clustered_proportion import clustered_proportion as clustered_proportion
    from equity_audit.measures.concentration_index import concentration_index as concentration_index
    from equity_audit.measures.funnel import funnel as funnel
    from equity_audit.measures.gap import gap as gap
    from equity_audit.measures.missing_bounds import missing_bounds as missing_bounds
    from equity_audit.measures.missingness import missingness as missingness
    from equity_audit.measures.proportion import proportion as proportion
    from equity_audit.measures.quantiles import quantiles as quantiles
    from equity_audit.measures.rate import rate as rate
    from equity_audit.measures.reallocate import reallocate as reallocate
    from equity_audit.measures.relative_risk import relative_risk as relative_risk
    from equity_audit.measures.risk_difference import risk_difference as risk_difference
    from equity_audit.measures.slope_index import slope_index as slope_index
    from equity_audit.measures.standardised_rate import standardised_rate as standardised_rate
    from equity_audit.measures.standardised_ratio import standardised_ratio as standardised_ratio
    from equity_audit.measures.xmr import xmr as xmr

NAMES = tuple(sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_")))


class _Measures(ModuleType):
    """The package as a module that keeps a measure's function where Python would put the measure's module."""

    def __setattr__(self, name: str, value: object) -> None:
        """Store the function when the import system hands over the module that holds it."""
        if isinstance(value, ModuleType) and name in NAMES:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> object:
        """Import a measure when it is first asked for."""
        if name in NAMES:
            return getattr(import_module(f"{self.__name__}.{name}"), name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        """Name the measures beside what is already loaded."""
        return sorted({*super().__dir__(), *NAMES})


__all__ = list(NAMES)
sys.modules[__name__].__class__ = _Measures
