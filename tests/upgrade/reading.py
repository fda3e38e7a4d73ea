"""What must read the same whatever the version: amounts, notes, secrets, histories, people, as plain JSON.

Written for the code of 69d6da9 and kept true for today's: a row that is stored otherwise now is read here so
that it says what it said then.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Model

from accounts.models import Account, Membership
from core.fields import EncryptedTextField
from core.private_files import read_private
from credits.models import LedgerEntry, Tariff
from credits.selectors import get_balance
from leads.models import ExportAudit, LeadAccess, Search
from nfse.models import (
    Certificate,
    ChangeRecord,
    Company,
    Firm,
    Invite,
    Invoice,
    InvoiceRequest,
    NoteEvent,
    Notice,
    Package,
    RequestEvent,
    ServiceProfile,
    Taker,
    TaxProfile,
)
from nfse.services.certificates import load_certificate
from nfse.services.closing.making import owner_of
from queue_worker.models import WorkItem
from registry.models import CnpjRecord

EXPECTED = Path(__file__).with_name("expected.json")


def write_everything() -> None:
    """Write down what is read now, as what must be read ever after."""
    text = json.dumps(read_everything(), ensure_ascii=False, indent=1, sort_keys=True)
    EXPECTED.write_text(text + "\n", encoding="utf-8")


def read_everything() -> dict[str, Any]:
    """Read all parts; each is made of text, numbers and lists of them."""
    return {
        "encrypted": read_encrypted(),  # first: opening an old certificate marks it as checked
        "balances": read_balances(),
        "certificates": read_certificates(),
        "companies": read_companies(),
        "firms": read_firms(),
        "histories": read_histories(),
        "leads": read_leads(),
        "ledger": read_ledger(),
        "lookups": rows(CnpjRecord, "cnpj", "state", "status", "source", "data"),
        "notes": read_notes(),
        "packages": read_packages(),
        "takers": read_takers(),
        "trail": rows(
            ChangeRecord,
            *("firm_id", "actor__email", "action", "subject", "subject_id", "subject_label", "company_id"),
            *("before", "after", "created_at"),
        ),
        "work": rows(WorkItem, "kind", "queue", "payload", "status", "attempts", "run_after"),
    }


def rows(model: type[Model], *names: str) -> list[list[Any]]:
    """The named columns of all rows in the order of their ids, as JSON says them."""
    return [
        [pk, *map(plain, values)]
        for pk, *values in model._default_manager.order_by("pk").values_list("pk", *names)
    ]


def plain(value: Any) -> Any:
    return value if isinstance(value, int | str | list | dict | None) else str(value)


def digest(content: bytes | str) -> str:
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def read_balances() -> dict[str, int]:
    accounts = Account.objects.order_by("pk")
    return {f"{account.pk} {account.kind} {account.name}": get_balance(account.pk) for account in accounts}


def read_ledger() -> dict[str, Any]:
    entries = rows(
        LedgerEntry,
        *("wallet__account_id", "seq", "kind", "amount", "balance_after", "operation_key", "payload_hash"),
        *("refunds_id", "reference_type", "reference_id", "text", "tariff_version", "actor__email"),
        "created_at",
    )
    prices = rows(Tariff, "version", "action", "credits", "actor__email")
    return {"entries": entries, "checksum": digest(repr(entries)), "prices": prices}


def read_notes() -> list[dict[str, Any]]:
    """Each request with its note: numbers, states, keys, dates, amounts, hashes of what was sent and got."""
    requests = InvoiceRequest.objects.order_by("pk").select_related("invoice", "company", "confirmed_by")
    return [read_request(request) for request in requests]


def read_request(request: InvoiceRequest) -> dict[str, Any]:
    invoice: Invoice | None = getattr(request, "invoice", None)
    columns = (
        *("id", "environment", "gateway", "origin", "state", "content_hash", "amount", "competence_date"),
        *("taker_id", "taker_name", "substitutes_id", "series", "number", "dps_id", "prepared_id"),
        *("integration_id", "payload_sha256", "attempts", "problems", "attention", "reference"),
        *("confirmed_at", "state_changed_at", "retry_until"),
    )
    return {
        **{name: plain(getattr(request, name)) for name in columns},
        "issuer": request.issuer_document,
        "confirmed_by": request.confirmed_by.email,
        "snapshot": digest(repr(request.snapshot)),
        "payload": digest(request.payload),
        "note": read_note(invoice) if invoice else None,
    }


def read_note(invoice: Invoice) -> dict[str, Any]:
    columns = (
        *("access_key", "number", "verification_code", "reference", "status", "status_facts", "issued_at"),
        *("competence_date", "amount", "net_amount", "iss_amount", "is_adopted"),
        *("replaced_by_key", "cancel_reason_code", "cancel_reason_text", "cancel_problems", "alerts"),
    )
    return {
        **{name: plain(getattr(invoice, name)) for name in columns},
        "xml": digest(invoice.xml),
        "events": [[event.code, digest(event.xml)] for event in invoice.events.order_by("pk")],
    }


def read_histories() -> dict[str, Any]:
    return {
        "requests": rows(
            RequestEvent,
            *(
                "request_id",
                "event",
                "from_state",
                "to_state",
                "detail",
                "data",
                "actor__email",
                "created_at",
            ),
        ),
        "events": rows(NoteEvent, "invoice_id", "code", "event_id", "sequence", "processed_at", "facts"),
        "notices": rows(
            Notice, "firm_id", "recipient__email", "kind", "title", "text", "created_at", "read_at"
        ),
    }


def read_certificates() -> list[dict[str, Any]]:
    """Each certificate, and of those in use that its key opens and whose it is."""
    read = []
    for row in Certificate.objects.order_by("pk"):
        columns = ("holder", "document", "serial", "fingerprint", "valid_from", "valid_until", "is_active")
        facts = {name: plain(getattr(row, name)) for name in columns}
        if row.is_active:
            loaded = load_certificate(firm_id=row.firm_id, company_id=row.company_id, now=row.valid_from)
            facts["opened"] = [loaded.holder, loaded.document, loaded.private_key.key_size]
        read.append(facts)
    return read


def read_firms() -> dict[str, Any]:
    return {
        "firms": rows(Firm, "document", "legal_name", "trade_name", "logo_version"),
        "people": rows(Membership, "user__email", "user__full_name", "account_id", "role", "is_active"),
        "invites": rows(Invite, "firm_id", "email", "role", "accepted_at", "revoked_at"),
    }


def read_companies() -> dict[str, Any]:
    companies = Company.objects.order_by("pk")
    columns = (
        *("document", "legal_name", "trade_name", "tax_regime", "gateway", "environment", "city_id"),
        *("is_active", "plugnotas_state"),
    )
    return {
        "companies": [
            [
                company.pk,
                company.firm_id,
                *(plain(getattr(company, name)) for name in columns),
            ]
            for company in companies
        ],
        "taxes": rows(
            TaxProfile, "company_id", "simples_apportionment", "total_tax_mode", "total_tax_percent"
        ),
        "services": rows(
            ServiceProfile,
            *("company_id", "nickname", "ctribnac", "incidence_rule", "iss_rate", "is_default", "keywords"),
        ),
    }


def read_takers() -> list[list[Any]]:
    columns = ("name", "nickname", "email", "phone", "street", "postal_code", "remark", "merged_into_id")
    return [
        [taker.pk, taker.firm_id, taker.document, *(plain(getattr(taker, name)) for name in columns)]
        for taker in Taker.objects.order_by("pk")
    ]


def read_leads() -> dict[str, Any]:
    return {
        "searches": rows(
            Search,
            *("account_id", "niche__name", "city_id", "quantity", "status", "reason", "found_count"),
            *("checked_count", "drops", "created_at", "archived_at"),
        ),
        "accesses": rows(
            LeadAccess,
            *("account_id", "company__cnpj", "company__legal_name", "search_id", "kind", "entry_id"),
            *("credits_charged", "accessed_at"),
        ),
        "exports": rows(ExportAudit, "account_id", "search_id", "row_count", "file_name", "created_at"),
    }


def read_packages() -> list[list[Any]]:
    """Each package, and the hash of the file that its key opens."""
    read = []
    for package in Package.objects.order_by("pk"):
        content = b"".join(read_private(package.file_path, key=package.file_key, owner=owner_of(package)))
        columns = ("kind", "company_id", "month", "filters", "state", "file_name", "file_sha256", "counts")
        read.append([package.pk, digest(content), *(plain(getattr(package, name)) for name in columns)])
    return read


def read_encrypted() -> dict[str, list[list[Any]]]:
    """A hash of every value that is encrypted in the database, by model and field; of those with rows."""
    read = {}
    for model in (found for found in apps.get_models() if ".tests." not in found.__module__):
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                found = model._default_manager.order_by("pk").values_list("pk", field.name)
                if hashes := [[pk, digest(repr(value))] for pk, value in found]:
                    read[f"{model._meta.label_lower}.{field.name}"] = hashes
    return read
