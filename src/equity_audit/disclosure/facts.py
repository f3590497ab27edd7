"""Linear facts about whole numbers, and what each of them says alone."""

from dataclasses import dataclass

from scipy import sparse

from equity_audit.disclosure.propagate import CLOSE as CLOSE
from equity_audit.disclosure.propagate import CONTRADICTION as CONTRADICTION
from equity_audit.disclosure.propagate import Array as Array
from equity_audit.disclosure.propagate import Terms, tighten_terms


@dataclass(frozen=True)
class Facts:
    """Linear facts about whole numbers; infinite ends are open."""

    matrix: sparse.csr_array
    row_low: Array
    row_high: Array
    low: Array
    high: Array


def tighten(facts: Facts, rounds: int = 100) -> tuple[Array, Array]:
    """Interval propagation: lower and upper end of each number as far as single facts give them.

    Raises
    ------
    DisclosureError
        The facts contradict each other.
    """
    table = facts.matrix.tocoo()
    terms = Terms(table.row, table.col, table.data)
    return tighten_terms(terms, facts.row_low, facts.row_high, facts.low, facts.high, rounds)
