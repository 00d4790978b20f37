"""Seeded chains of lots as the rows of an import: mine to component, 6 to 12 births deep, about 1.5 inputs a lot.

`generate` gives reports that explain themselves; `spoil` plants every fault of the contract's table in them; `pieces`
cuts them into imports that arrive late and out of order. Nothing here knows what the engine will find.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

Row = dict[str, str]
Tables = dict[str, list[Row]]
NAMES = ("parties", "facilities", "lots", "assays", "events", "event_lines")

START = dt.datetime(2024, 1, 1, 6, tzinfo=dt.UTC)
OFFSETS = [dt.timezone(dt.timedelta(minutes=minutes)) for minutes in (0, 330, 420, 480, 540, -180)]
MODELS = ["identity_preserved", "segregated", "controlled_blending", "mass_balance", "book_and_claim"]
COUNTRIES = ["VN", "MM", "LA", "ID", "MY", "TH", "JP", "CN"]
#: Material, HS code, the kind of facility that makes it, and how its assay names Nd, Pr, Dy and Ce.
STAGES = [
    ("ore", "253090", "mine", ("Nd2O3", "Pr6O11", "Dy2O3", "CeO2")),
    ("concentrate", "253090", "concentrator", ("Nd2O3", "Pr6O11", "Dy2O3", "CeO2")),
    ("mixed_compound", "284690", "separation_plant", ("Nd2O3", "Pr6O11", "Dy2O3", "CeO2")),
    ("separated_oxide", "284690", "separation_plant", ("Nd2O3", "Pr6O11", "Dy2O3")),
    ("metal", "280530", "refinery", ("Nd", "Pr", "Dy")),
    ("alloy", "280530", "alloy_plant", ("Nd", "Pr", "Dy")),
    ("magnet", "850511", "magnet_plant", ("Nd", "Pr", "Dy")),
    ("component", "850300", "component_plant", ("Nd", "Pr", "Dy")),
]
METALS = ("Nd", "Pr", "Dy", "Ce")
#: Kilograms of metal in a kilogram of oxide, near enough to write plausible grades.
FACTOR = {"Nd2O3": 0.857, "Pr6O11": 0.828, "Dy2O3": 0.871, "CeO2": 0.814, "Nd": 1.0, "Pr": 1.0, "Dy": 1.0}
#: How much richer an output is than its inputs, by stage.
RICHER = [1.0, 5.0, 6.0, 1.6, 1.1, 0.5, 0.9, 0.9]

MEASURES: list[dict[str, Any]] = [
    {"country": "VN", "hs": "2530", "mineral": "rare_earths", "materials": ["ore"], "kind": "export_ban",
     "from": "2024-07-01", "until": "2024-12-31"},
    {"country": "MM", "hs": "25", "mineral": None, "materials": None, "kind": "export_licence", "from": "2024-03-15",
     "until": None},
    {"country": "LA", "hs": "2846", "mineral": "rare_earths", "materials": None, "kind": "export_ban", "from": "2024",
     "until": None},
    {"country": "MY", "hs": "284690", "mineral": "rare_earths", "materials": ["separated_oxide"], "kind":
     "export_licence", "from": "2024-06", "until": "2025-02"},
]  # fmt: skip


@dataclass(slots=True)
class Stock:
    """A lot as its holders know it: dry kilograms left, metal in a kilogram, where it is and since when."""

    lot_id: str
    stage: int
    dry_kg: float
    metals: dict[str, float]
    moisture: float
    site: str
    free_at: int
    model: str = "controlled_blending"


@dataclass
class Generator:
    """Writes rows as it goes. Times are minutes since START."""

    seed: int
    tables: Tables = field(default_factory=lambda: {name: [] for name in NAMES})

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.prefix = f"S{self.seed}"
        self.sites: dict[str, tuple[str, str]] = {}
        self.by_kind: dict[str, list[str]] = defaultdict(list)
        self.pools: list[deque[Stock]] = [deque(maxlen=80) for _ in STAGES]
        self.count = self.events = 0
        self._places()

    def run(self, lots: int) -> Tables:
        steps = [self._commission, self._transform, self._transform, self._transform, self._blend, self._split]
        while self.count < lots:
            self.chance.choice(steps)()
        return self.tables

    def _places(self) -> None:
        kinds = [kind for _material, _hs, kind, _names in STAGES]
        for country in COUNTRIES:
            for number, kind in enumerate(dict.fromkeys(kinds)):
                for copy in range(3 if kind == "mine" else 1):
                    site, party = f"{country}-{kind}-{copy}", f"{country.lower()}-{number}"
                    self.sites[site] = (party, country)
                    self.by_kind[kind].append(site)
                    self.tables["facilities"].append({"facility_id": site, "name": f"{kind} {copy} of {country}",
                        "kind": kind, "country": country, "operator_id": party, "latitude": "", "longitude": "",
                        "licence_number": "", "licence_from": "", "licence_until": "",
                        "capacity_t_per_year": ""})  # fmt: skip
        for party in dict.fromkeys(party for party, _country in self.sites.values()):
            self.tables["parties"].append(
                {"party_id": party, "name": f"Party {party}", "country": party[:2].upper(), "roles": "miner;trader"}
            )

    # --- what happens ---------------------------------------------------------------------------------------------

    def _commission(self) -> None:
        site = self.chance.choice(self.by_kind["mine"])
        start = self.chance.randrange(300 * 1440)
        metals = {metal: self.chance.uniform(0.002, 0.03) for metal in METALS}
        born = [
            self._lot(0, self.chance.uniform(4_000, 40_000), metals, site, start, self.chance.uniform(0, 0.25))
            for _ in range(self.chance.choice([1, 1, 2]))
        ]
        event = self._event("commission", start, site)
        for lot in born:
            self._line(event, "output", lot, lot.dry_kg)

    def _transform(self) -> None:
        stage = self.chance.randrange(len(STAGES) - 1)
        inputs = self._take(stage, self.chance.choice([1, 2, 2, 3, 4]))
        if not inputs:
            return
        site = self.chance.choice(self.by_kind[STAGES[stage + 1][2]])
        used = {lot.lot_id: lot.dry_kg * self.chance.choice([1, 1, 0.999, 0.7, 0.4]) for lot in inputs}
        start = max([self._bring(lot, site) for lot in inputs]) + self.chance.randrange(60, 4_000)
        content = self._content(inputs, used)
        mass = sum(used.values())
        out_kg = mass / RICHER[stage + 1] * 0.9 if stage + 1 < 5 else mass * 1.4
        yields = {metal: self.chance.uniform(0.88, 0.97) for metal in METALS}
        metals = {metal: content[metal] * yields[metal] / out_kg for metal in METALS}
        share = self.chance.choice([1.0, 1.0, 0.6])
        born = [self._lot(stage + 1, out_kg * share, metals, site, start, 0, _model(inputs))]
        if share < 1:
            born.append(self._lot(stage + 1, out_kg * (1 - share), metals, site, start, 0, _model(inputs)))
        event = self._event("transform", start, site)
        for lot in inputs:
            self._line(event, "input", lot, used[lot.lot_id])
            self._put_back(lot, used[lot.lot_id], start)
        for lot in born:
            self._line(event, "output", lot, lot.dry_kg)
        if self.chance.random() < 0.2:
            rest = {metal: content[metal] * (1 - yields[metal]) * 0.5 / (mass * 0.5) for metal in METALS}
            residue = self._lot(stage + 1, mass * 0.5, rest, site, start, 0, "mass_balance", material="residue")
            self.pools[stage + 1].remove(residue)
            self._line(event, "by_product", residue, residue.dry_kg)
        if self.chance.random() < 0.2:
            lost = inputs[0]
            self._line(event, "loss", lost, used[lost.lot_id] * 0.01)

    def _blend(self) -> None:
        """Two lots of one material become one, in an event or in a box."""
        stage = self.chance.randrange(len(STAGES))
        inputs = self._take(stage, self.chance.choice([2, 3, 5]))
        if len(inputs) < 2:
            return
        site = inputs[0].site
        start = max(self._bring(lot, site) for lot in inputs) + self.chance.randrange(60, 2_000)
        kind = self.chance.choice(["transform", "aggregate"])
        used = {lot.lot_id: lot.dry_kg for lot in inputs}
        mass, content = sum(used.values()), self._content(inputs, used)
        metals = {metal: content[metal] / mass for metal in METALS}
        made = self._lot(stage, mass, metals, site, start, 0, _model(inputs))
        event = self._event(kind, start, site)
        for lot in inputs:
            self._line(event, "input" if kind == "transform" else "child", lot, used[lot.lot_id])
        self._line(event, "output" if kind == "transform" else "parent", made, mass)

    def _split(self) -> None:
        stage = self.chance.randrange(len(STAGES))
        for lot in self._take(stage, 1):
            start = lot.free_at + self.chance.randrange(60, 2_000)
            if self.chance.random() < 0.3:
                self._stir(lot, start)
                continue
            kind = self.chance.choice(["transform", "disaggregate"])
            parts = [0.5, 0.5] if self.chance.random() < 0.7 else [0.3, 0.3, 0.4]
            born = [self._lot(stage, lot.dry_kg * part, lot.metals, lot.site, start, 0, lot.model) for part in parts]
            event = self._event(kind, start, lot.site)
            self._line(event, "input" if kind == "transform" else "parent", lot, lot.dry_kg)
            for one in born:
                self._line(event, "output" if kind == "transform" else "child", one, one.dry_kg)

    def _stir(self, lot: Stock, start: int) -> None:
        """What changes little: looked at, weighed again, thrown away in part."""
        kind = self.chance.choice(["observe", "adjust", "decommission"])
        event = self._event(kind, start, lot.site, reason="as weighed")
        kg = lot.dry_kg * {"observe": 1, "adjust": -0.01, "decommission": 0.1}[kind]
        self._line(event, "item", lot, kg)
        self._put_back(lot, 0 if kind == "observe" else abs(kg), start)

    def _bring(self, lot: Stock, site: str) -> int:
        """Ship a lot to a site, or hand it over there; returns when it is at hand."""
        if lot.site == site:
            return lot.free_at
        party = self.sites[lot.site][0]
        at = lot.free_at + self.chance.randrange(60, 3_000)
        permit = f"P{self.chance.randrange(10_000)}" if self.chance.random() < 0.5 else ""
        event = self._event("ship", at, lot.site, to_facility_id=site, permit_number=permit)
        self._line(event, "item", lot, lot.dry_kg)
        if self.chance.random() < 0.2:
            sold = self._event("transfer_ownership", at + 5, lot.site, party=party, to_party_id=self.sites[site][0])
            self._line(sold, "item", lot, lot.dry_kg)
        at += self.chance.randrange(600, 8_000)
        receipt = self._event("receive", at, site)
        self._line(receipt, "item", lot, lot.dry_kg * self.chance.uniform(0.998, 1.002))
        lot.site, lot.free_at = site, at
        return at

    # --- stock and rows -------------------------------------------------------------------------------------------

    def _take(self, stage: int, most: int) -> list[Stock]:
        pool, found = self.pools[stage], []
        for _ in range(min(most, len(pool))):
            place = self.chance.randrange(len(pool))
            pool.rotate(-place)
            found.append(pool.popleft())
        return found

    def _put_back(self, lot: Stock, used_kg: float, at: int) -> None:
        lot.dry_kg -= used_kg
        lot.free_at = at
        if lot.dry_kg > 1:
            self.pools[lot.stage].append(lot)

    def _content(self, lots: list[Stock], used: dict[str, float]) -> dict[str, float]:
        return {metal: sum(used[lot.lot_id] * lot.metals[metal] for lot in lots) for metal in METALS}

    def _lot(
        self, stage: int, dry_kg: float, metals: dict[str, float], site: str, at: int, moisture: float,
        model: str = "controlled_blending", material: str = "",
    ) -> Stock:  # fmt: skip
        self.count += 1
        lot = Stock(f"{self.prefix}-L{self.count:07}", stage, dry_kg, dict(metals), round(moisture, 3), site, at, model)
        made, hs, _kind, names = STAGES[stage]
        self.tables["lots"].append({"lot_id": lot.lot_id, "mineral": "rare_earths", "material": material or made,
            "hs_code": hs, "custody_model": model})  # fmt: skip
        self._assay(lot, names)
        self.pools[stage].append(lot)
        return lot

    def _assay(self, lot: Stock, names: tuple[str, ...]) -> None:
        basis = self.chance.choice(["dry", "dry", "wet"])
        dry_part = 1 - lot.moisture
        for name, metal in zip(names, METALS, strict=False):
            grade = min(lot.metals[metal] / FACTOR[name] * 100 * (dry_part if basis == "wet" else 1), 99.0)
            lot.metals[metal] = grade * FACTOR[name] / 100 / (dry_part if basis == "wet" else 1)
            self.tables["assays"].append({"assay_id": f"A-{lot.lot_id}", "lot_id": lot.lot_id,
                "sampled_on": (START + dt.timedelta(minutes=lot.free_at)).date().isoformat(), "basis": basis,
                "moisture_pct": f"{lot.moisture * 100:.1f}" if lot.moisture else "", "analyte": name,
                "grade_pct": f"{grade:.6f}", "laboratory_id": "", "certificate_sha256": ""})  # fmt: skip
        for metal in METALS[len(names) :]:
            lot.metals[metal] = 0.0

    def _event(self, kind: str, at: int, site: str, party: str = "", **more: str) -> str:
        self.events += 1
        event_id = f"{self.prefix}-E{self.events:07}"
        when = (START + dt.timedelta(minutes=at)).astimezone(self.chance.choice(OFFSETS))
        row = {"event_id": event_id, "kind": kind, "occurred_at": when.isoformat(), "facility_id": site,
               "party_id": party or self.sites[site][0], "to_facility_id": "", "to_party_id": "", "permit_number": "",
               "reason": "", "corrects_event_id": ""}  # fmt: skip
        self.tables["events"].append({**row, **more})
        return event_id

    def _line(self, event: str, role: str, lot: Stock, dry_kg: float) -> None:
        basis = "wet" if self.chance.random() < 0.4 else "dry"
        kg = dry_kg / (1 - lot.moisture) if basis == "wet" else dry_kg
        unit, factor, places = self.chance.choice([("KGM", 1, 3), ("KGM", 1, 3), ("TNE", 1e-3, 6), ("GRM", 1e3, 0)])
        self.tables["event_lines"].append({"event_id": event, "role": role, "lot_id": lot.lot_id,
            "quantity": f"{kg * factor:.{places}f}", "unit": unit, "basis": basis})  # fmt: skip


def _model(inputs: list[Stock]) -> str:
    return max((lot.model for lot in inputs), key=MODELS.index)


def generate(seed: int, lots: int) -> Tables:
    return Generator(seed).run(lots)


# --- faults -------------------------------------------------------------------------------------------------------


def spoil(tables: Tables, seed: int, share: float = 0.02) -> Tables:
    """Plant faults of every kind in about ``share`` of the rows of each kind; at least two of each."""
    return _Spoiler(tables, seed, share).run()


class _Spoiler:
    def __init__(self, tables: Tables, seed: int, share: float) -> None:
        self.tables = {name: [dict(row) for row in rows] for name, rows in tables.items()}
        self.chance, self.share = random.Random(seed), share
        self.lines: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables["event_lines"]:
            self.lines[row["event_id"]].append(row)

    def run(self) -> Tables:
        for spoiler in (self._masses, self._assays, self._times, self._custody, self._receipts, self._models,
                        self._mines, self._corrections, self._late_assays):  # fmt: skip
            spoiler()
        return self.tables

    def _some(self, *kinds: str) -> list[Row]:
        rows = [row for row in self.tables["events"] if row["kind"] in kinds]
        return self.chance.sample(rows, min(len(rows), max(2, int(len(rows) * self.share))))

    def _scale(self, row: Row, factor: float) -> None:
        row["quantity"] = f"{float(row['quantity']) * factor:.6f}"

    def _masses(self) -> None:
        """Gains and losses, a kilogram out of nothing, lots of no mass, stock that was never there."""
        for event in self._some("transform", "aggregate", "disaggregate"):
            factor = self.chance.choice([1.019, 1.03, 1.5, 0.69, 0.3, 4.0])
            for row in self.lines[event["event_id"]]:
                if row["role"] in ("output", "by_product") or (event["kind"], row["role"]) in (
                    ("aggregate", "parent"), ("disaggregate", "child")):  # fmt: skip
                    self._scale(row, factor)
        for event in self._some("transform"):
            row = self.chance.choice([row for row in self.lines[event["event_id"]] if row["role"] == "input"])
            row["quantity"] = self.chance.choice(["0", row["quantity"] + "1" if "." in row["quantity"] else "0.001"])
        for event in self._some("decommission", "adjust"):
            for row in self.lines[event["event_id"]]:
                self._scale(row, self.chance.choice([3, 9, 40]))
        for event in self._some("transform"):
            for row in self.lines[event["event_id"]]:
                if row["role"] == "input":
                    self._scale(row, self.chance.choice([1.004, 1.006, 1.8]))

    def _assays(self) -> None:
        """No assay at all, another basis, a wrong grade, an element that is not named."""
        lots = [row["lot_id"] for row in self.tables["lots"]]
        count = max(3, int(len(lots) * self.share))
        gone = set(self.chance.sample(lots, count))
        wrong = set(self.chance.sample(lots, count))
        bare = set(self.chance.sample(lots, count))
        kept = []
        for row in self.tables["assays"]:
            if row["lot_id"] in gone or (row["lot_id"] in bare and row["analyte"].startswith("Dy")):
                continue
            if row["lot_id"] in wrong:
                factor = self.chance.choice([0, 0.5, 1.019, 1.03])
                row["grade_pct"] = f"{min(float(row['grade_pct']) * factor, 100):.6f}"
            kept.append(row)
        self.tables["assays"] = kept

    def _late_assays(self) -> None:
        """A second assay, of the same or another day: which counts is told by day and id."""
        by_lot: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables["assays"]:
            by_lot[row["lot_id"]].append(row)
        for lot in self.chance.sample(sorted(by_lot), max(3, int(len(by_lot) * self.share))):
            day = dt.date.fromisoformat(by_lot[lot][0]["sampled_on"]) + dt.timedelta(
                days=self.chance.choice([-1, 0, 1])
            )
            name = self.chance.choice([f"A-{lot}-2", f"0-{lot}"])
            for row in by_lot[lot]:
                grade = f"{min(float(row['grade_pct']) * self.chance.choice([1, 0.9, 1.2]), 100):.6f}"
                self.tables["assays"].append({**row, "assay_id": name, "sampled_on": day.isoformat(),
                    "grade_pct": grade})  # fmt: skip

    def _times(self) -> None:
        for event in self._some("transform", "receive", "ship", "commission", "transfer_ownership"):
            shift = self.chance.choice([-30, -8, 12, 45])
            when = dt.datetime.fromisoformat(event["occurred_at"]) + dt.timedelta(days=shift)
            event["occurred_at"] = when.isoformat()
        others = self._some("ship")
        for event, other in pairwise(others):
            event["occurred_at"] = other["occurred_at"]  # equal times are told apart by id

    def _custody(self) -> None:
        parties = [row["party_id"] for row in self.tables["parties"]]
        for event in self._some("ship", "transform", "transfer_ownership", "aggregate", "disaggregate"):
            event["party_id"] = self.chance.choice(parties)

    def _receipts(self) -> None:
        for event in self._some("receive"):
            for row in self.lines[event["event_id"]]:
                self._scale(row, self.chance.choice([0.9, 1.0049, 1.006]))
        gone = {event["event_id"] for event in self._some("receive")}
        for name in ("events", "event_lines"):
            self.tables[name] = [row for row in self.tables[name] if row["event_id"] not in gone]
        stray = {event["event_id"] for event in self._some("ship")}
        for name in ("events", "event_lines"):
            self.tables[name] = [row for row in self.tables[name] if row["event_id"] not in stray]

    def _models(self) -> None:
        for row in self.tables["lots"]:
            if self.chance.random() < self.share * 4:
                row["custody_model"] = self.chance.choice(MODELS)

    def _mines(self) -> None:
        mines = [row for row in self.tables["facilities"] if row["kind"] == "mine"]
        for row in self.chance.sample(mines, 6):
            row["capacity_t_per_year"] = self.chance.choice(["1", "20.5", "60", "0"])
        for row in self.chance.sample(mines, 6):
            row["licence_from"], row["licence_until"] = self.chance.choice(
                [("2024-03-01", ""), ("", "2024-06-30"), ("2024-02-02", "2024-09-30")]
            )

    def _corrections(self) -> None:
        """Events reported anew, some of them twice."""
        for event in [*self._some("transform", "ship", "receive", "commission", "adjust")]:
            before = event
            for number in range(self.chance.choice([1, 1, 2])):
                after = {**before, "event_id": f"{event['event_id']}-C{number}",
                         "corrects_event_id": before["event_id"]}  # fmt: skip
                if self.chance.random() < 0.3:
                    when = dt.datetime.fromisoformat(before["occurred_at"]) + dt.timedelta(hours=5)
                    after["occurred_at"] = when.isoformat()
                lines = [{**row, "event_id": after["event_id"]} for row in self.lines[before["event_id"]]]
                self._scale(self.chance.choice(lines), self.chance.choice([1, 0.8, 1.3]))
                self.lines[after["event_id"]] = lines
                self.tables["events"].append(after)
                self.tables["event_lines"] += lines
                before = after


# --- pieces -------------------------------------------------------------------------------------------------------


def pieces(tables: Tables, seed: int, count: int) -> Iterator[Tables]:
    """The same rows in several imports, shuffled: births after those of their inputs, all else whenever it comes."""
    chance = random.Random(seed)
    lines: dict[str, list[Row]] = defaultdict(list)
    for row in tables["event_lines"]:
        lines[row["event_id"]].append(row)
    born, fed = _births(tables, lines)
    piece_of_lot: dict[str, int] = {}
    piece_of: dict[str, int] = {}
    for name in _births_in_order(born, fed):
        above = max((piece_of_lot[lot] for lot in fed[name] if lot in piece_of_lot), default=0)
        piece_of[name] = max(above, chance.randrange(count))
        piece_of_lot.update(dict.fromkeys(born[name], piece_of[name]))
    for row in tables["events"]:
        name, corrects = row["event_id"], row["corrects_event_id"]
        if name not in piece_of:
            least = max((piece_of_lot[line["lot_id"]] for line in lines[name]), default=0)
            piece_of[name] = chance.randrange(max(least, piece_of.get(corrects, 0)), count)
    rows_of = [{name: [] for name in NAMES} for _ in range(count)]
    for row in tables["events"]:
        rows_of[piece_of[row["event_id"]]]["events"].append(row)
        rows_of[piece_of[row["event_id"]]]["event_lines"] += lines[row["event_id"]]
    for row in tables["lots"]:
        rows_of[piece_of_lot[row["lot_id"]]]["lots"].append(row)
    when: dict[tuple[str, str], int] = {}
    for row in tables["assays"]:
        key = (row["lot_id"], row["assay_id"])
        when.setdefault(key, chance.randrange(piece_of_lot[row["lot_id"]], count))
        rows_of[when[key]]["assays"].append(row)
    rows_of[0]["parties"], rows_of[0]["facilities"] = list(tables["parties"]), list(tables["facilities"])
    for rows in rows_of:
        for name in NAMES:
            chance.shuffle(rows[name])
        yield rows


_ROLES = {
    "commission": ((), ("output", "by_product")),
    "transform": (("input",), ("output", "by_product")),
    "aggregate": (("child",), ("parent",)),
    "disaggregate": (("parent",), ("child",)),
}


def _births(tables: Tables, lines: dict[str, list[Row]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """First births only: a correction of one comes in any piece after it."""
    born, fed = {}, {}
    for row in tables["events"]:
        roles = _ROLES.get(row["kind"])
        if roles and not row["corrects_event_id"]:
            fed[row["event_id"]] = [line["lot_id"] for line in lines[row["event_id"]] if line["role"] in roles[0]]
            born[row["event_id"]] = [line["lot_id"] for line in lines[row["event_id"]] if line["role"] in roles[1]]
    return born, fed


def _births_in_order(born: dict[str, list[str]], fed: dict[str, list[str]]) -> list[str]:
    birth = {lot: name for name, lots in born.items() for lot in lots}
    done: dict[str, None] = {}
    for start in born:
        stack = [start]
        while stack:
            waits = [birth[lot] for lot in fed[stack[-1]] if birth[lot] not in done]
            if waits:
                stack += waits
            else:
                done[stack.pop()] = None
    return list(done)
