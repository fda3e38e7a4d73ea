"""The first notes of the demo: asked for as the accountant does, issued by the workers at the sandbox."""

import uuid
from collections.abc import Mapping

from django.utils import timezone

from fiscal.documents.clock import competence_today
from nfse.actors import Actor
from nfse.demo.cast import NOTES, DemoNote
from nfse.demo.firm import People
from nfse.models import Company, InvoiceRequest, Taker
from nfse.services.issuing.confirming import confirm_request
from nfse.services.issuing.preparing import prepare_request
from nfse.services.issuing.snapshots import NoteInput


def ask_for_notes(people: People, companies: Mapping[str, Company], takers: Mapping[str, Taker]) -> None:
    """Confirm each note of the cast, once. A company that cannot issue yet is left alone."""
    for number, note in enumerate(NOTES):
        form_key = uuid.uuid5(uuid.NAMESPACE_URL, f"demo.example/nota/{people.firm_id}/{number}")
        if not InvoiceRequest.objects.filter(firm_id=people.firm_id, form_key=form_key).exists():
            _confirm(people, companies[note.company.document], takers[note.taker], note, form_key)


def _confirm(people: People, company: Company, taker: Taker, note: DemoNote, form_key: uuid.UUID) -> None:
    service = company.services.filter(is_active=True, is_default=True).first()
    if service is None:
        return
    wanted = NoteInput(
        company_id=company.pk,
        taker_id=taker.pk,
        service_id=service.pk,
        amount=note.amount,
        description=note.description,
        competence_date=competence_today(timezone.now()),
    )
    actor = Actor(people.firm_id, user_id=people.accountant_id)
    mirror = prepare_request(actor=actor, note=wanted)
    if mirror.can_confirm:
        confirm_request(actor=actor, note=wanted, mirror_hash=mirror.hash, form_key=form_key)
