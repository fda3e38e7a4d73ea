"""Sign-in, sign-up, passwords and the profile. Public views are marked with `login_not_required`."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("entrar/", views.sign_in, name="sign_in"),
    path("painel/", views.home, name="home"),
    path("sair/", views.sign_out, name="sign_out"),
    path("criar-conta/", views.sign_up, name="sign_up"),
    path("criar-conta/pronto/", views.sign_up_done, name="sign_up_done"),
    path("termos/", views.terms, name="terms"),
    path("confirmar-email/", views.confirm_email, name="confirm_email"),
    path("confirmar-email/reenviar/", views.resend_confirmation, name="resend_confirmation"),
    path("confirmar-email/link/", views.confirm_email_from_link, name="confirm_email_from_link"),
    path("confirmar-email/link/renovar/", views.renew_confirmation, name="renew_confirmation"),
    path("confirmar-email/link/<str:token>/", views.open_confirmation_link, name="confirm_email_link"),
    path("senha/esqueci/", views.password_reset, name="password_reset"),
    path("senha/enviada/", views.password_reset_sent, name="password_reset_sent"),
    path("senha/nova/<str:uidb64>/<str:token>/", views.ResetPasswordView.as_view(), name="reset_password"),
    path("conta/", views.profile, name="profile"),
    path("conta/tema/", views.change_theme, name="change_theme"),
    path("conta/senha/", views.change_password, name="change_password"),
    path("conta/email/", views.change_email, name="change_email"),
    path("conta/email/confirmar/", views.confirm_new_email, name="confirm_new_email"),
    path("conta/email/confirmar/<str:token>/", views.open_new_email_link, name="confirm_new_email_link"),
    # The admin has no doors of its own: they would be doors without our limits.
    path("admin/password_change/", views.admin_password_change, name="admin_password_change"),
    path("admin/login/", views.admin_sign_in, name="admin_sign_in"),
    path("admin/logout/", views.sign_out, name="admin_sign_out"),
]
