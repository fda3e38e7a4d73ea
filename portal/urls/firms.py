"""The firm itself: registration, team, settings, trail (A7, A8, A27, A30)."""

from django.urls import path

from portal.views import invites, registration, settings, team, trail

urlpatterns = [
    path("cadastro/", registration.register, name="register"),
    path("cadastro/pronto/", registration.registered, name="registered"),
    path("cadastro/consulta/", registration.registration_lookup, name="registration_lookup"),
    path("convite/", invites.accept, name="accept_invite"),
    path("convite/<str:token>/", invites.invite, name="invite"),
    path("equipe/", team.team, name="team"),
    path("equipe/convidar/", team.invite_member, name="invite_member"),
    path("equipe/convites/<int:invite_id>/retirar/", team.revoke_invite, name="revoke_invite"),
    path("equipe/convites/<int:invite_id>/reenviar/", team.resend_invite, name="resend_invite"),
    path("equipe/<int:member_id>/papel/", team.change_role, name="change_role"),
    path("equipe/<int:member_id>/desativar/", team.deactivate_member, name="deactivate_member"),
    path("configuracoes/", settings.settings, name="settings"),
    path("configuracoes/logo/", settings.upload_logo, name="upload_logo"),
    path("configuracoes/logo/remover/", settings.remove_logo, name="remove_logo"),
    path("logo/", settings.logo, name="logo"),
    path("historico/", trail.trail, name="trail"),
]
