"""Requests and notes (A21-A23)."""

from django.urls import path

from portal.views import (
    exports,
    invoice_actions,
    invoice_files,
    invoice_list,
    invoice_page,
    issuing,
    taker_in_place,
)

urlpatterns = [
    # The list.
    path("emitidas/", invoice_list.invoices, name="invoices"),
    path("emitidas/andamento/", invoice_list.invoices_status, name="invoices_status"),
    # The list as files.
    path("emitidas/exportar.<str:extension>", exports.export_invoices, name="export_invoices"),
    path("emitidas/exportar.<str:extension>/preparar/", exports.ask_export, name="ask_export"),
    path("emitidas/exportacoes/", exports.invoice_exports, name="invoice_exports"),
    path("emitidas/xml.zip", exports.export_invoices_zip, name="export_invoices_zip"),
    # Issue by hand.
    path("emitidas/nova/", issuing.issue, name="issue"),
    path("emitidas/espelho/", issuing.mirror, name="mirror"),
    path("emitidas/confirmar/", issuing.confirm, name="confirm"),
    path("emitidas/rascunho/", issuing.restore_draft, name="restore_draft"),
    path("emitidas/novo-tomador/", taker_in_place.look_up_taker, name="look_up_taker"),
    path("emitidas/novo-tomador/cadastrar/", taker_in_place.keep_taker, name="keep_taker"),
    # One request and its note.
    path("emitidas/<int:request_id>/", invoice_page.invoice, name="invoice"),
    path("emitidas/<int:request_id>/situacao/", invoice_page.invoice_status, name="invoice_status"),
    path("emitidas/<int:request_id>/pdf/", invoice_files.invoice_pdf, name="invoice_pdf"),
    path("emitidas/<int:request_id>/xml/", invoice_files.invoice_xml, name="invoice_xml"),
    path("emitidas/<int:request_id>/email/", invoice_actions.email_invoice, name="email_invoice"),
    path("emitidas/<int:request_id>/cancelar/", invoice_actions.cancel_invoice, name="cancel_invoice"),
    path("emitidas/<int:request_id>/substituir/", issuing.substitute, name="substitute"),
    path("emitidas/<int:request_id>/repetir/", invoice_actions.retry_request, name="retry_request"),
    path("emitidas/<int:request_id>/retirar/", invoice_actions.withdraw_request, name="withdraw_request"),
    path("emitidas/<int:request_id>/resolver/", invoice_actions.settle_taken, name="settle_taken"),
]
