"""One conversation: what was said, and a person of the firm who answers (A25, W18)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.forms import status_of
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404, press, succeeds
from nfse.permissions import Right
from whatsapp.forms.sessions import AnswerForm, DecisionForm
from whatsapp.models import Conversation
from whatsapp.selectors.masking import hide_documents
from whatsapp.selectors.sessions import find_person, get_conversation
from whatsapp.selectors.transcripts import (
    SIDES,
    count_figures,
    list_known,
    list_lines,
    list_talk_sessions,
    mark_lines,
)
from whatsapp.services import handoff
from whatsapp.services.talking import deciding

SIDE_LABELS = {"": "Todas", "cliente": "Cliente", "assistente": "Assistente", "sistema": "Sistema"}


@require_safe
@firm_member_required(Right.ANSWER)
def transcript(request: FirmRequest, conversation_id: int) -> HttpResponse:
    conversation = or_404(get_conversation, request.firm.pk, conversation_id)
    if conversation.pk != conversation_id:
        return redirect("whatsapp:transcript", conversation_id=conversation.pk)
    return _show(request, conversation, AnswerForm(initial={"form_key": uuid4()}))


@require_safe
@firm_member_required(Right.ANSWER)
def transcript_lines(request: FirmRequest, conversation_id: int) -> HttpResponse:
    """The lines alone, asked for while the page is open."""
    conversation = or_404(get_conversation, request.firm.pk, conversation_id)
    context = _lines_of(request, conversation)
    if request.GET.get("visto") == context["marker"]:
        return HttpResponse(status=204)
    return render(request, "whatsapp/transcript/_lines.html", context)


@require_POST
@firm_member_required(Right.ANSWER)
def take_over(request: FirmRequest, conversation_id: int) -> HttpResponse:
    done = "A conversa é sua: o assistente fica em silêncio até você devolver."
    press(request, handoff.take_over, done, actor=request.actor, conversation_id=conversation_id)
    return redirect("whatsapp:transcript", conversation_id=conversation_id)


@require_POST
@firm_member_required(Right.ANSWER)
def give_back(request: FirmRequest, conversation_id: int) -> HttpResponse:
    done = "O assistente voltou a responder."
    press(request, handoff.give_back, done, actor=request.actor, conversation_id=conversation_id)
    return redirect("whatsapp:transcript", conversation_id=conversation_id)


@require_POST
@firm_member_required(Right.ANSWER)
def answer(request: FirmRequest, conversation_id: int) -> HttpResponse:
    conversation = or_404(get_conversation, request.firm.pk, conversation_id)
    form = AnswerForm(request.POST)
    if form.is_valid() and succeeds(
        form,
        handoff.answer_person,
        actor=request.actor,
        conversation_id=conversation.pk,
        text=form.cleaned_data["text"],
        form_key=str(form.cleaned_data["form_key"]),
    ):
        messages.success(request, "Resposta enviada.")
        return redirect("whatsapp:transcript", conversation_id=conversation.pk)
    return _show(request, conversation, form)


@require_POST
@firm_member_required(Right.ANSWER)
def close_request(request: FirmRequest, conversation_id: int) -> HttpResponse:
    done = "Pedido encerrado. A pessoa foi avisada."
    press(request, handoff.close_request, done, actor=request.actor, conversation_id=conversation_id)
    return redirect("whatsapp:transcript", conversation_id=conversation_id)


@require_POST
@firm_member_required(Right.DECIDE)
def approve(request: FirmRequest, conversation_id: int) -> HttpResponse:
    """Cancel the note, as the person asked."""
    done = "Cancelamento aprovado. A pessoa recebe o resultado no chat."
    session_id = _read_decision(request)["pedido"]
    press(request, deciding.approve_cancellation, done, actor=request.actor, session_id=session_id)
    return redirect("whatsapp:transcript", conversation_id=conversation_id)


@require_POST
@firm_member_required(Right.DECIDE)
def deny(request: FirmRequest, conversation_id: int) -> HttpResponse:
    """Leave the note as it is, and tell the person why."""
    done, said = "Pedido de cancelamento negado. A pessoa foi avisada.", _read_decision(request)
    which = {"session_id": said["pedido"], "text": said["motivo"]}
    press(request, deciding.deny_cancellation, done, actor=request.actor, **which)
    return redirect("whatsapp:transcript", conversation_id=conversation_id)


def _read_decision(request: FirmRequest) -> dict[str, Any]:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    return form.cleaned_data


def _show(request: FirmRequest, conversation: Conversation, form: AnswerForm) -> HttpResponse:
    name, number = find_person(conversation)
    sessions = list_talk_sessions(conversation)
    current = next((session for session in sessions if session.closed_at is None), None)
    context = {
        **_lines_of(request, conversation),
        "form": form,
        "person": name or "Pessoa sem nome",
        "number": number,
        "sessions": sessions,
        "current": current,
        "may_decide": current is not None and current.waits_for_firm and Right.DECIDE in request.rights,
        "longest_denial": deciding.LONGEST_DENIAL,
        "known": list_known(current, _shower(request)) if current else [],
        "figures": count_figures(conversation),
        "now": timezone.now(),
    }
    return render(request, "whatsapp/transcript/page.html", context, status=status_of(form))


def _shower(request: FirmRequest) -> Callable[[str], str]:
    """What texts pass through before this person sees them."""
    return str if Right.SEE_DOCUMENTS in request.rights else hide_documents


def _lines_of(request: FirmRequest, conversation: Conversation) -> dict[str, Any]:
    chosen = request.GET.get("linhas", "")
    side = chosen if chosen in SIDES else ""
    lines = list_lines(conversation, sides=SIDES.get(side, ()), show=_shower(request))
    return {
        "conversation": conversation,
        "lines": lines,
        "marker": mark_lines(lines),
        "side": side,
        "sides": SIDE_LABELS,
    }
