"""A second reading of the contract, sections 2 and 3, to hold the engine against: slow, plain, exact.

It reads the rows of an import as text and shares no line with the engine: no Decimal, no rounding, no database, all
numbers are fractions. What is complicated there for speed is done here in the simplest way that is right.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from functools import cached_property
from typing import Any

Row = dict[str, str]
Tables = dict[str, list[Row]]
Key = tuple[str, str, str]

#: CIAAW, standard atomic weights 2021, abridged.
WEIGHTS = {
    "O": "15.999", "Y": "88.906", "La": "138.91", "Ce": "140.12", "Pr": "140.91", "Nd": "144.24", "Tb": "158.93",
    "Dy": "162.50", "Fe": "55.845", "Ni": "58.693", "Co": "58.933", "Sn": "118.71", "W": "183.84",
}  # fmt: skip
#: Atoms of the element and of oxygen.
OXIDES = {
    "Y2O3": ("Y", 2, 3), "La2O3": ("La", 2, 3), "CeO2": ("Ce", 1, 2), "Pr6O11": ("Pr", 6, 11), "Nd2O3": ("Nd", 2, 3),
    "Tb4O7": ("Tb", 4, 7), "Dy2O3": ("Dy", 2, 3), "Fe2O3": ("Fe", 2, 3), "NiO": ("Ni", 1, 1), "SnO2": ("Sn", 1, 2),
    "WO3": ("W", 1, 3),
}  # fmt: skip
UNITS = {"KGM": Fraction(1), "TNE": Fraction(1000), "GRM": Fraction(1, 1000)}
STRICT = ["identity_preserved", "segregated", "controlled_blending", "mass_balance", "book_and_claim"]
BORN = {("commission", "output"), ("commission", "by_product"), ("transform", "output"), ("transform", "by_product"),
        ("aggregate", "parent"), ("disaggregate", "child")}  # fmt: skip
FED = {("transform", "input"), ("aggregate", "child"), ("disaggregate", "parent")}
MAIN = {"commission": "output", "transform": "output", "aggregate": "parent", "disaggregate": "child"}
#: Shares of everything that has no known origin.
UNKNOWN = "?"


class Oracle:
    """All findings, traces and exposures of what the rows say together, in whatever order and pieces they came."""

    def __init__(self, tables: Tables, measures: list[dict[str, Any]]) -> None:
        self.tables, self.measures = tables, measures
        self.facility = {row["facility_id"]: row for row in tables["facilities"]}
        self.lot = {row["lot_id"]: row for row in tables["lots"]}
        corrected = {row["corrects_event_id"] for row in tables["events"] if row.get("corrects_event_id")}
        self.event = {row["event_id"]: row for row in tables["events"] if row["event_id"] not in corrected}
        self.when = {name: dt.datetime.fromisoformat(row["occurred_at"]) for name, row in self.event.items()}
        self.order = sorted(self.event, key=lambda name: (self.when[name], name))
        self.place_in_time = {name: place for place, name in enumerate(self.order)}
        self.lines: dict[str, list[Row]] = defaultdict(list)
        for row in tables["event_lines"]:
            if row["event_id"] in self.event and row not in self.lines[row["event_id"]]:
                self.lines[row["event_id"]].append(row)
        self._assays()
        self.birth: dict[str, str] = {}
        self.dry_in: dict[str, dict[str, Fraction]] = {}
        self.dry_born: dict[str, dict[str, Fraction]] = {}
        self.dry_lost: dict[str, dict[str, Fraction]] = {}
        for name in self.order:
            self._birth(name)

    # --- masses -----------------------------------------------------------------------------------------------

    def _assays(self) -> None:
        """Moisture and grades, as metal in dry mass, by the assay that counts."""
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables["assays"]:
            rows[row["lot_id"]].append(row)
        self.dry_part: dict[str, Fraction] = {}
        self.grades: dict[str, dict[str, Fraction]] = {}
        for lot, mine in rows.items():
            _day, last = max((row["sampled_on"], row["assay_id"]) for row in mine)
            counting = [row for row in mine if row["assay_id"] == last]
            moisture = [Fraction(row["moisture_pct"]) / 100 for row in counting if row.get("moisture_pct")]
            self.dry_part[lot] = 1 - moisture[0] if moisture else Fraction(1)
            self.grades[lot] = {}
            for row in counting:
                element, grade = self._metal(row["analyte"], Fraction(row["grade_pct"]) / 100)
                self.grades[lot][element] = grade / self.dry_part[lot] if row["basis"] == "wet" else grade

    def _metal(self, analyte: str, grade: Fraction) -> tuple[str, Fraction]:
        if analyte in WEIGHTS:
            return analyte, grade
        element, atoms, oxygen = OXIDES[analyte]
        metal = atoms * Fraction(WEIGHTS[element])
        return element, grade * metal / (metal + oxygen * Fraction(WEIGHTS["O"]))

    def dry(self, row: Row) -> Fraction:
        kg = Fraction(row["quantity"]) * UNITS[row["unit"]]
        return kg * self.dry_part.get(row["lot_id"], Fraction(1)) if row["basis"] == "wet" else kg

    def wet(self, row: Row) -> Fraction:
        kg = Fraction(row["quantity"]) * UNITS[row["unit"]]
        return kg / self.dry_part.get(row["lot_id"], Fraction(1)) if row["basis"] == "dry" else kg

    def _birth(self, name: str) -> None:
        kind = self.event[name]["kind"]
        if kind not in MAIN:
            return
        fed: dict[str, Fraction] = defaultdict(Fraction)
        born: dict[str, Fraction] = defaultdict(Fraction)
        lost: dict[str, Fraction] = defaultdict(Fraction)
        for row in self.lines[name]:
            role = (kind, row["role"])
            side = fed if role in FED else born if role in BORN else lost
            side[row["lot_id"]] += self.dry(row)
        self.dry_in[name], self.dry_born[name], self.dry_lost[name] = dict(fed), dict(born), dict(lost)
        self.birth.update(dict.fromkeys(born, name))

    def born_kg(self, lot: str) -> Fraction:
        return self.dry_born[self.birth[lot]][lot]

    def first_output(self, name: str) -> str:
        kind = self.event[name]["kind"]
        return min(row["lot_id"] for row in self.lines[name] if row["role"] == MAIN[kind])

    # --- the graph ------------------------------------------------------------------------------------------------

    @cached_property
    def topological(self) -> list[str]:
        """Births, each after those of its inputs. Time does not tell: it may be reported wrong."""
        done: dict[str, None] = {}
        for start in self.dry_in:
            stack = [start]
            while stack:
                name = stack[-1]
                waits = [self.birth[lot] for lot in self.dry_in[name] if self.birth[lot] not in done]
                if waits:
                    stack += waits
                else:
                    done[stack.pop()] = None
        return list(done)

    def balance(self, name: str) -> dict[str | None, tuple[Fraction, Fraction]]:
        """(in, out) by element, or of dry mass alone (None)."""
        fed, lots = self.dry_in[name], {row["lot_id"] for row in self.lines[name]}
        out = [pair for side in (self.dry_born[name], self.dry_lost[name]) for pair in side.items()]
        if not fed:
            return {}
        if any(lot not in self.grades for lot in lots):
            return {None: (sum(fed.values(), Fraction()), sum((kg for _lot, kg in out), Fraction()))}

        def content(pairs: Any, element: str) -> Fraction:
            return sum((kg * self.grades[lot].get(element, Fraction()) for lot, kg in pairs), Fraction())

        named = {element for lot in fed for element in self.grades[lot]}
        return {element: (content(fed.items(), element), content(out, element)) for element in named}

    @cached_property
    def excess(self) -> dict[tuple[str, str | None], Fraction]:
        return {
            (name, element): (out - fed) / out
            for name in self.dry_in
            for element, (fed, out) in self.balance(name).items()
            if out > fed * Fraction(102, 100)
        }

    def mix(self, name: str, element: str | None) -> tuple[dict[str, Fraction], Fraction]:
        """The share of each input in what an event makes, and the unknown one."""
        fed = self.dry_in[name]
        by_element = (
            element is not None
            and all(lot in self.grades for lot in fed)
            and any(element in self.grades[lot] for lot in fed)
        )
        unknown = self.excess.get((name, element if by_element else None), Fraction())
        weights = dict(fed)
        if by_element:
            weights = {lot: kg * self.grades[lot].get(element or "", Fraction()) for lot, kg in fed.items()}
            if not sum(weights.values()):
                weights = dict(fed)
        total = sum(weights.values())
        if not total:
            return {}, Fraction(1)
        return {lot: weight / total * (1 - unknown) for lot, weight in weights.items()}, unknown

    def origins(self, element: str | None) -> dict[str, dict[str, Fraction]]:
        """For every lot the share of each facility of origin; ``UNKNOWN`` for the rest."""
        made: dict[str, dict[str, Fraction]] = {}
        for name in self.topological:
            if not self.dry_in[name]:
                made[name] = {self.event[name]["facility_id"]: Fraction(1)}
                continue
            parts, unknown = self.mix(name, element)
            found: dict[str, Fraction] = defaultdict(Fraction)
            found[UNKNOWN] += unknown
            for lot, part in parts.items():
                for place, share in made[self.birth[lot]].items():
                    found[place] += part * share
            made[name] = {place: share for place, share in found.items() if share}
        return {lot: made[name] for lot, name in self.birth.items()}

    def unknown(self, element: str | None) -> dict[str, Fraction]:
        """By event, the unknown share alone."""
        made: dict[str, Fraction] = {}
        for name in self.topological:
            made[name] = Fraction()
            if self.dry_in[name]:
                parts, unknown = self.mix(name, element)
                made[name] = unknown + sum((part * made[self.birth[lot]] for lot, part in parts.items()), Fraction())
        return made

    def through(self, seeds: set[str], element: str | None) -> dict[str, Fraction]:
        """For every lot the share that came through one of the seeds."""
        found: dict[str, Fraction] = {}
        for name in self.topological:
            parts, _unknown = self.mix(name, element) if self.dry_in[name] else ({}, Fraction())
            share = sum((part * found[lot] for lot, part in parts.items()), Fraction())
            found.update({lot: Fraction(1) if lot in seeds else share for lot in self.dry_born[name]})
        return found

    def ancestors(self, lot: str) -> set[str]:
        seen, stack = {lot}, [lot]
        while stack:
            near = set(self.dry_in[self.birth[stack.pop()]]) - seen
            seen |= near
            stack += near
        return seen

    def descendants(self, lots: set[str]) -> set[str]:
        seen = set(lots)
        for name in self.topological:
            if seen & self.dry_in[name].keys():
                seen |= self.dry_born[name].keys()
        return seen

    # --- findings -------------------------------------------------------------------------------------------------

    def findings(self) -> set[Key]:
        """(code, event, lot) of everything that holds."""
        found: set[Key] = set()
        for name in self.dry_in:
            found |= self._of_birth(name)
        for lot in self.lot:
            if lot in self.birth:
                found |= self._of_lot(lot)
        return found | self._of_mines() | self._of_borders() | self._of_origins()

    def _of_birth(self, name: str) -> set[Key]:
        found: set[Key] = set()
        balances = self.balance(name).values()
        if any(out > fed * Fraction(102, 100) for fed, out in balances):
            found.add(("mass-gain", name, self.first_output(name)))
        if any(out < fed * Fraction(70, 100) for fed, out in balances):
            found.add(("mass-loss", name, self.first_output(name)))
        fed = self.dry_in[name]
        if fed and len({self.lot[row["lot_id"]]["material"] for row in self.lines[name]}) == 1:
            found |= {("grade-out-of-range", name, lot) for lot in self._outputs(name) if self._strange(lot, fed)}
        for lot in self.dry_born[name]:
            model = self.lot[lot]["custody_model"]
            models = [self.lot[one]["custody_model"] for one in fed]
            if model == "segregated" and {"mass_balance", "book_and_claim"} & set(models):
                found.add(("segregation-broken", name, lot))
            elif any(STRICT.index(one) > STRICT.index(model) for one in models):
                found.add(("model-upgrade", name, lot))
        return found

    def _outputs(self, name: str) -> set[str]:
        return {row["lot_id"] for row in self.lines[name] if row["role"] == MAIN[self.event[name]["kind"]]}

    def _strange(self, lot: str, fed: dict[str, Fraction]) -> bool:
        assayed = [one for one in fed if one in self.grades]
        if lot not in self.grades:
            return False
        for element in {element for one in assayed for element in self.grades[one]}:
            grades = [self.grades[one].get(element, Fraction()) for one in assayed]
            mine = self.grades[lot].get(element, Fraction())
            if mine > max(grades) * Fraction(102, 100) or mine < min(grades) * Fraction(98, 100):
                return True
        return False

    @cached_property
    def _newest(self) -> dt.datetime:
        return max(self.when.values())

    @cached_property
    def _life(self) -> dict[str, list[tuple[str, Fraction]]]:
        """For each lot its events in order, with the change of its dry balance; `observe` is no use."""
        life: dict[str, list[tuple[str, Fraction]]] = defaultdict(list)
        for name in self.order:
            kind = self.event[name]["kind"]
            changes: dict[str, Fraction] = {}
            for row in self.lines[name]:
                role = (kind, row["role"])
                sign = 1 if role in BORN or kind == "adjust" else -1 if role in FED or kind == "decommission" else 0
                if kind != "observe" and row["role"] != "loss":
                    changes[row["lot_id"]] = changes.get(row["lot_id"], Fraction()) + sign * self.dry(row)
            for lot, change in changes.items():
                life[lot].append((name, change))
        return life

    def _pairs(self, lot: str) -> list[tuple[str | None, str | None]]:
        ships = [name for name, _ in self._life[lot] if self.event[name]["kind"] == "ship"]
        receipts = [name for name, _ in self._life[lot] if self.event[name]["kind"] == "receive"]
        longest = max(len(ships), len(receipts))
        return list(
            zip(
                ships + [None] * (longest - len(ships)), receipts + [None] * (longest - len(receipts)), strict=True
            )
        )  # fmt: skip

    def _misplaced(self, lot: str) -> set[str]:
        at = self.place_in_time
        wrong = {name for name, _change in self._life[lot] if at[name] < at[self.birth[lot]]}
        return wrong | {
            receipt
            for ship, receipt in self._pairs(lot)
            if receipt is not None and (ship is None or at[receipt] < at[ship])
        }

    def _shipped(self, name: str, lot: str) -> Fraction:
        return sum((self.dry(row) for row in self.lines[name] if row["lot_id"] == lot), Fraction())

    def _of_lot(self, lot: str) -> set[Key]:
        wrong = self._misplaced(lot)
        found = {("time-order", name, lot) for name in wrong}
        balance = Fraction()
        for name, change in self._life[lot]:
            balance += change
            if change < 0 and name not in wrong and balance < -self.born_kg(lot) * Fraction(5, 1000):
                found.add(("overdrawn", name, lot))
                break
        for ship, receipt in self._pairs(lot):
            if ship is not None and receipt is not None:
                sent, came = self._shipped(ship, lot), self._shipped(receipt, lot)
                if abs(came - sent) > sent * Fraction(5, 1000):
                    found.add(("receipt-mismatch", receipt, lot))
            elif ship is not None and self._newest - self.when[ship] > dt.timedelta(hours=60 * 24):
                found.add(("receipt-missing", ship, lot))
        return found | {("custody-gap", name, lot) for name in self._gaps(lot) if name not in wrong}

    def _holders(self, lot: str) -> list[tuple[int, int, int, str]]:
        """(from when, birth first, own time, who). What stands at an impossible time counts from when it could first
        have been: its wrong time is found once."""
        at, changes = self.place_in_time, []
        shipped = {receipt: ship for ship, receipt in self._pairs(lot) if receipt and ship}
        for name, _change in self._life[lot]:
            row = self.event[name]
            if name == self.birth[lot] or row["kind"] == "receive":
                who = row["party_id"]
            elif row["kind"] == "transfer_ownership":
                who = row["to_party_id"]
            else:
                continue
            earliest = max(at[name], at[self.birth[lot]], at[shipped.get(name, name)])
            changes.append((earliest, int(name != self.birth[lot]), at[name], who))
        return sorted(changes)

    def _gaps(self, lot: str) -> set[str]:
        found = set()
        holders = self._holders(lot)
        for name, _change in self._life[lot]:
            row = self.event[name]
            fed = lot in self.dry_in.get(name, {})
            before = [who for since, _, _, who in holders if since < self.place_in_time[name]]
            if (fed or row["kind"] in ("ship", "transfer_ownership")) and before and before[-1] != row["party_id"]:
                found.add(name)
        return found

    def _of_mines(self) -> set[Key]:
        found: set[Key] = set()
        mined: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
        told: set[tuple[str, int]] = set()
        for name in self.order:
            row = self.event[name]
            place = self.facility[row["facility_id"]]
            if row["kind"] != "commission" or place["kind"] != "mine":
                continue
            day, year = self.when[name].date().isoformat(), (place["facility_id"], self.when[name].year)
            first, last = place.get("licence_from") or day, place.get("licence_until") or day
            if not first <= day <= last:
                found |= {("licence-invalid", name, line["lot_id"]) for line in self.lines[name]}
            mined[year] += sum((self.wet(line) for line in self.lines[name]), Fraction())
            capacity = place.get("capacity_t_per_year")
            if capacity and mined[year] > Fraction(capacity) * 1000 and year not in told:
                told.add(year)
                found.add(("over-capacity", name, self.first_output(name)))
        return found

    def _of_borders(self) -> set[Key]:
        found: set[Key] = set()
        for name, row in self.event.items():
            if row["kind"] != "ship":
                continue
            leaves = self.facility[row["facility_id"]]["country"]
            if leaves == self.facility[row["to_facility_id"]]["country"]:
                continue
            for lot in {line["lot_id"] for line in self.lines[name]}:
                kinds = {one["kind"] for one in self.measures if self._covers(one, lot, leaves, self.when[name].date())}
                if "export_ban" in kinds:
                    found.add(("export-banned", name, lot))
                if "export_licence" in kinds and not row.get("permit_number"):
                    found.add(("permit-missing", name, lot))
        return found

    def _covers(self, measure: dict[str, Any], lot: str, leaves: str, day: dt.date) -> bool:
        row = self.lot[lot]
        return (
            measure["country"] == leaves
            and row["hs_code"].startswith(measure.get("hs") or "")
            and measure.get("mineral") in (None, "", row["mineral"])
            and (not measure.get("materials") or row["material"] in measure["materials"])
            and (not measure.get("from") or _last_day(measure["from"]) <= day)
            and (not measure.get("until") or day <= _first_day(measure["until"]))
        )

    def _of_origins(self) -> set[Key]:
        found: set[Key] = set()
        mines = {name for name, row in self.facility.items() if row["kind"] == "mine"}
        by_mass = self.origins(None)
        for lot, name in self.birth.items():
            if self.lot[lot]["custody_model"] == "identity_preserved" and len(mines & by_mass[lot].keys()) > 1:
                found.add(("identity-broken", name, lot))
        elements: set[str | None] = {None, *(element for grades in self.grades.values() for element in grades)}
        unknown = {element: self.unknown(element) for element in elements}
        for lot, name in self.birth.items():
            looked_at: list[str | None] = [element for element, grade in self.grades.get(lot, {}).items() if grade]
            looked_at = looked_at if lot in self.grades else [None]
            if any(unknown[element][name] > Fraction(1, 100) for element in looked_at):
                found.add(("unknown-origin", name, lot))
        return found

    # --- answers --------------------------------------------------------------------------------------------------

    def trace(self, lot: str, direction: str, element: str | None) -> dict[str, Any]:
        """Lots with their dry mass at birth (down: and share), origins, birth events and depth."""
        lots = self.ancestors(lot) if direction == "up" else self.descendants({lot})
        if direction == "down" and element is not None:
            lots = {one for one in lots if one == lot or one not in self.grades or self.grades[one].get(element)}
        shares = self.through({lot}, element) if direction == "down" else {}
        return {
            "lots": {one: (self.born_kg(one), shares.get(one)) for one in lots - {lot}},
            "events": sorted({self.birth[one] for one in lots}),
            "origins": self.origins(element)[lot] if direction == "up" else None,
            "depth": self._depth(lot, lots, direction),
        }

    def _depth(self, lot: str, lots: set[str], direction: str) -> int:
        """The longest chain of births that have inputs, among these lots; down it begins below the asked lot."""
        longest: dict[str, int] = {}
        for name in self.topological:
            mine = self.dry_born[name].keys() & lots
            if not mine:
                continue
            if direction == "down" and lot in mine:
                longest[name] = 0
                continue
            above = [longest[self.birth[one]] for one in self.dry_in[name] if one in lots]
            longest[name] = max(above, default=0) + bool(self.dry_in[name])
        return longest[self.birth[lot]] if direction == "up" else max(longest.values())

    def exposure(self, country: str, hs: str, mineral: str | None = None, since: str | None = None) -> dict[str, Any]:
        """{lot: (holder, country, dry balance, share)}."""
        lies = {lot: self._lies(lot) for lot in self.birth}
        under = {
            lot
            for lot, row in self.lot.items()
            if row["hs_code"].startswith(hs) and mineral in (None, row["mineral"])
        }  # fmt: skip
        seeds = {lot for lot in under & lies.keys() if lies[lot] == country and self._is_held(lot)}
        for name, row in self.event.items():
            if row["kind"] == "ship" and (since is None or self.when[name].date().isoformat() >= since):
                ends = [self.facility[row[end]]["country"] for end in ("facility_id", "to_facility_id")]
                if ends[0] == country and ends[1] != country:
                    seeds |= {line["lot_id"] for line in self.lines[name]} & under
        shares = self.through(seeds, None)
        return {
            lot: (self._holders(lot)[-1][3], lies[lot], self._left(lot), shares[lot])
            for lot in self.descendants(seeds)
            if self._is_held(lot)
        }

    def _left(self, lot: str) -> Fraction:
        return sum((change for _name, change in self._life[lot]), Fraction())

    def _is_held(self, lot: str) -> bool:
        return self._left(lot) > self.born_kg(lot) / 100

    def _lies(self, lot: str) -> str:
        receipts = [name for name, _change in self._life[lot] if self.event[name]["kind"] == "receive"]
        last = receipts[-1] if receipts else self.birth[lot]
        return self.facility[self.event[last]["facility_id"]]["country"]


def _last_day(text: str) -> dt.date:
    """A start known to the year or month is certain from its last day."""
    if len(text) == 4:
        return dt.date(int(text), 12, 31)
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        return (dt.date(year + month // 12, month % 12 + 1, 1)) - dt.timedelta(days=1)
    return dt.date.fromisoformat(text)


def _first_day(text: str) -> dt.date:
    return dt.date.fromisoformat((text + "-01-01")[:10] if len(text) == 4 else (text + "-01")[:10])
