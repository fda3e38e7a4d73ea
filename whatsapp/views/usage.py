"""What the chat used of OpenAI, and what it cost."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from nfse.access import FirmRequest, firm_member_required
from nfse.permissions import Right
from whatsapp.selectors.ai_usage import list_models_of_use, list_months_of_use


@require_safe
@firm_member_required(Right.EDIT_CHANNELS)
def ai_usage(request: FirmRequest) -> HttpResponse:
    today = timezone.localdate()
    months = list_months_of_use(request.firm.pk, today=today)
    context = {
        "months": months,
        "current": months[-1],
        "has_use": any(month.use.calls for month in months),
        "models": list_models_of_use(request.firm.pk, month=today),
        "has_prices": bool(settings.OPENAI_PRICES),
        "is_on": settings.OPENAI_ENABLED,
    }
    return render(request, "whatsapp/usage/page.html", context)
