"""The product's own routes and a few that only tests have."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_protect

from core.ratelimit import client_ip, rate_limited
from core.request_ids import current_request_id


@login_not_required
def fail(request):
    raise RuntimeError("segredo")


@login_not_required
def forbid(request):
    raise PermissionDenied("Só a operação pode fazer isto.")


@login_not_required
def suspect(request):
    raise SuspiciousOperation("segredo")


@login_not_required
def show_id(request):
    return HttpResponse(current_request_id())


@login_not_required
@csrf_protect
def guarded(request):
    return HttpResponse("ok")


@login_not_required
@rate_limited("open", key="ip", rate="2/m", closed_when_down=False)
def open_view(request):
    return HttpResponse(client_ip(request))


@login_not_required
@rate_limited("closed", key="ip", rate="2/m", closed_when_down=True)
def closed_view(request):
    return HttpResponse("ok")


@login_not_required
@rate_limited("paid", key="account", rate="2/m", closed_when_down=True)
def account_view(request):
    return HttpResponse("ok")


@login_not_required
@rate_limited("typed", key=lambda request: request.POST.get("email", ""), rate="1/m", closed_when_down=True)
def keyed_view(request):
    return HttpResponse("ok")


urlpatterns = [
    path("fail/<str:token>/", fail, name="fail"),
    path("fail/api/", fail),
    path("forbid/", forbid),
    path("suspect/", suspect),
    path("show-id/", show_id),
    path("guarded/", guarded),
    path("open/", open_view),
    path("open/api/", open_view),
    path("closed/", closed_view),
    path("account/", account_view),
    path("keyed/", keyed_view),
    path("", include("config.urls")),
]

handler400 = "core.views.bad_request"
handler403 = "core.views.permission_denied"
handler404 = "core.views.page_not_found"
handler500 = "core.views.server_error"
