"""Choices of columns and forms, made of the domain's enums."""

from __future__ import annotations

from registry.choices import choices
from traceability.domain.claims import ClaimState, CreditKind
from traceability.domain.documents import DocumentKind
from traceability.domain.holds import HoldKind, HoldState
from traceability.domain.importing.progress import UploadState
from traceability.domain.risks import Risk
from traceability.domain.sharing import Level
from traceability.domain.vocabulary import (
    CustodyModel,
    EventKind,
    FindingCode,
    FindingState,
    MassBasis,
    Material,
    Role,
    Severity,
    Unit,
    Verdict,
)

MATERIALS = choices(Material)
CUSTODY_MODELS = choices(CustodyModel)
EVENT_KINDS = choices(EventKind)
LINE_ROLES = choices(Role)
UNITS = [(unit.value, unit.name.lower()) for unit in Unit]
MASS_BASES = choices(MassBasis)
FINDING_CODES = [(code.value, code.value) for code in FindingCode]
FINDING_STATES = choices(FindingState)
SEVERITIES = choices(Severity)
VERDICTS = choices(Verdict)
DOCUMENT_KINDS = choices(DocumentKind)
HOLD_KINDS = choices(HoldKind)
HOLD_STATES = choices(HoldState)
RISKS = choices(Risk)
LEVELS = choices(Level)
CREDIT_KINDS = choices(CreditKind)
CLAIM_STATES = choices(ClaimState)
UPLOAD_STATES = choices(UploadState)
