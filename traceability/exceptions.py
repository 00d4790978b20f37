"""What can go wrong with lots, each in a sentence that says how to mend it."""

from __future__ import annotations

from collections.abc import Sequence

from traceability.domain.importing.problems import Problem


class TraceabilityError(Exception):
    """Root of the errors of this app; shown to the person who caused it."""


class UnknownLot(TraceabilityError):
    """There is no such lot, or the reader may not see it: the two answer alike."""

    def __init__(self, lot_id: str) -> None:
        super().__init__(f"There is no lot {lot_id!r} here. Look at how it is spelled, or import it first.")
        self.lot_id = lot_id


class UnknownElement(TraceabilityError):
    """What was asked for is no element."""

    def __init__(self, element: str) -> None:
        super().__init__(f"{element!r} is no element with a standard atomic weight; write a symbol such as Nd.")
        self.element = element


class CannotRead(TraceabilityError):
    """There is nothing to import at a path."""


class ImportRefused(TraceabilityError):
    """An import has errors; nothing of it was stored."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"The import has {len(problems)} errors; nothing was stored.")
        self.problems = tuple(problems)


class NameTaken(TraceabilityError):
    """A named query stands under that name already, or there are as many as may be."""


class BadUpload(TraceabilityError):
    """A file that cannot be taken in: why, and what can."""


class BadDocument(TraceabilityError):
    """A document that cannot be taken in or withdrawn: why."""


class DamagedDocument(TraceabilityError):
    """A document is gone, or is not any more what was noted of it."""


class BadRiskList(TraceabilityError):
    """A list of risks that cannot be recorded: why."""


class BadClaim(TraceabilityError):
    """A credit or claim that cannot be recorded or withdrawn: which rule stands in the way."""


class NotAllowed(TraceabilityError):
    """A person may not do this."""


class WrongState(TraceabilityError):
    """A step that does not follow from where a finding stands."""


class BadQuestion(TraceabilityError):
    """A question whose words cannot be read: which one, and how to write it."""


class BadCredential(TraceabilityError):
    """A credential that does not hold, or is none; the message says why."""


class NotSealed(TraceabilityError):
    """Nothing was sealed yet, so there is no key to sign by."""

    def __init__(self) -> None:
        super().__init__("Nothing was sealed into the log yet; ask again in some seconds.")
