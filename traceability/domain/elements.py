"""Standard atomic weights, and how much of an element is in what an assay names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from traceability.domain.precision import precisely

SOURCE = (
    "IUPAC Commission on Isotopic Abundances and Atomic Weights, standard atomic weights 2021, abridged to five "
    "significant digits; Prohaska et al., Pure and Applied Chemistry 94 (2022) 573-600, table 2, "
    "https://doi.org/10.1515/pac-2019-0603"
)

# Elements without a standard atomic weight (Tc, Pm, Po and the like) are absent: no share of mass can be stated.
_TABLE = """
H 1.0080 He 4.0026 Li 6.94 Be 9.0122 B 10.81 C 12.011 N 14.007 O 15.999 F 18.998 Ne 20.180 Na 22.990 Mg 24.305
Al 26.982 Si 28.085 P 30.974 S 32.06 Cl 35.45 Ar 39.95 K 39.098 Ca 40.078 Sc 44.956 Ti 47.867 V 50.942 Cr 51.996
Mn 54.938 Fe 55.845 Co 58.933 Ni 58.693 Cu 63.546 Zn 65.38 Ga 69.723 Ge 72.630 As 74.922 Se 78.971 Br 79.904
Kr 83.798 Rb 85.468 Sr 87.62 Y 88.906 Zr 91.224 Nb 92.906 Mo 95.95 Ru 101.07 Rh 102.91 Pd 106.42 Ag 107.87
Cd 112.41 In 114.82 Sn 118.71 Sb 121.76 Te 127.60 I 126.90 Xe 131.29 Cs 132.91 Ba 137.33 La 138.91 Ce 140.12
Pr 140.91 Nd 144.24 Sm 150.36 Eu 151.96 Gd 157.25 Tb 158.93 Dy 162.50 Ho 164.93 Er 167.26 Tm 168.93 Yb 173.05
Lu 174.97 Hf 178.49 Ta 180.95 W 183.84 Re 186.21 Os 190.23 Ir 192.22 Pt 195.08 Au 196.97 Hg 200.59 Tl 204.38
Pb 207.2 Bi 208.98 Th 232.04 Pa 231.04 U 238.03
"""
_WORDS = _TABLE.split()

#: Atomic weight by symbol.
ATOMIC_WEIGHTS: dict[str, Decimal] = {
    symbol: Decimal(weight) for symbol, weight in zip(_WORDS[::2], _WORDS[1::2], strict=True)
}

# An element alone (Ni), or its oxide (Nd2O3, WO3); counts have no leading zero and at most two digits.
_ANALYTE = re.compile(r"([A-Z][a-z]?)(?:([1-9]\d?)?O([1-9]\d?)?)?", re.ASCII)


class UnknownAnalyte(ValueError):
    """What an assay names is neither an element nor an oxide of one."""


@dataclass(frozen=True, slots=True)
class Analyte:
    """What an assay names: ``formula`` as written, its ``element``, and that element's share of the formula's mass."""

    formula: str
    element: str
    fraction: Decimal


@lru_cache(maxsize=512)
@precisely
def parse_analyte(formula: str) -> Analyte:
    """Read an element such as ``Ni`` or an oxide such as ``Nd2O3``; raise UnknownAnalyte otherwise."""
    if formula in ATOMIC_WEIGHTS:
        return Analyte(formula, formula, Decimal(1))
    match = _ANALYTE.fullmatch(formula)
    if match is None or match[1] not in ATOMIC_WEIGHTS or match[1] == "O" or "O" not in formula:
        raise UnknownAnalyte(f"'{formula[:40]}' is neither an element nor an oxide of one: write Ni, Nd2O3, WO3")
    metal = ATOMIC_WEIGHTS[match[1]] * int(match[2] or 1)
    oxygen = ATOMIC_WEIGHTS["O"] * int(match[3] or 1)
    return Analyte(formula, match[1], metal / (metal + oxygen))


def is_element(symbol: str) -> bool:
    """Whether a symbol is an element with a standard atomic weight."""
    return symbol in ATOMIC_WEIGHTS
