"""What the ledger refuses, each with the sentence that the person reads."""

from core.errors import NitroError
from core.money import format_number


class InsufficientCredits(NitroError):
    """The balance does not cover the cost; nothing was taken."""

    def __init__(self, balance: int, cost: int) -> None:
        self.balance = balance
        self.cost = cost
        super().__init__(f"Seu saldo é de {format_number(balance)} e esta ação custa {format_number(cost)}.")


class AccountBlocked(NitroError):
    """An operator blocked the account: it keeps what it has and spends nothing."""

    message = "Esta conta está bloqueada e não pode usar créditos. Fale com o atendimento."


class WalletFrozen(NitroError):
    """The nightly check found a difference in this wallet: it spends nothing until an operator looks."""

    message = "Estamos conferindo o extrato desta conta. O uso de créditos volta assim que terminarmos."


class CreditsOwed(NitroError):
    """A reversed payment was larger than the balance; the rest is owed and blocks spending (C11, R19)."""

    def __init__(self, owed: int) -> None:
        self.owed = owed
        super().__init__(
            f"Há {format_number(owed)} créditos a acertar de um pagamento devolvido. "
            "A próxima compra acerta esse valor e libera o uso."
        )


class OperationKeyReused(NitroError):
    """The operation key already names another movement of this wallet (R4)."""

    message = "Este pedido já foi feito com outros dados. Confira o extrato antes de tentar de novo."

    def __init__(self, operation_key: str) -> None:
        self.operation_key = operation_key
        super().__init__(detail=f"operation key {operation_key}")


class NotRefundable(NitroError):
    """Only a spend can be refunded, once, in its own wallet and up to its amount (R7)."""

    message = "Este lançamento não pode ser estornado: só um uso de créditos pode, e uma vez só."


class NotReversible(NitroError):
    """Only a purchase is reversed, by 0 to all of its credits (C11)."""

    message = "Este lançamento não pode ser devolvido: só uma compra pode, e nunca mais do que ela."


class UnknownEntry(NitroError):
    """There is no entry with this id."""

    message = "Lançamento não encontrado."


class UnknownAccount(NitroError):
    """There is no account with this id, hence no wallet."""

    message = "Conta não encontrada."


class ReasonRequired(NitroError):
    """An adjustment says why it was made and who made it (R20)."""

    message = "Um ajuste de créditos precisa de motivo e de autor."


class NotForSale(NitroError):
    """The catalogue sells no such package or quantity."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__(f"Escolha um pacote ou de {format_number(least)} a {format_number(most)} créditos.")


class PriceChanged(NitroError):
    """The catalogue is no longer the one that the buyer saw (R9)."""

    message = "Os preços mudaram enquanto você escolhia. Confira o novo valor e confirme de novo."


class TooManyOpenOrders(NitroError):
    """The account has placed many orders and paid none of them."""

    message = "Há muitos pedidos sem pagamento. Pague um deles ou espere uma hora para fazer outro."


class UnknownOrder(NitroError):
    """The account has no such order."""

    message = "Pedido não encontrado."


class BadCatalog(NitroError):
    """These prices contradict each other."""


class CatalogChanged(NitroError):
    """Somebody wrote another version while this one was being typed (R116)."""

    def __init__(self, version: int, author: str) -> None:
        self.version = version
        super().__init__(
            f"Enquanto você editava, {author} pôs em vigor o catálogo {version}, e nada foi salvo. "
            "Confira-o na lista; salvar de novo o substitui pelo que está escrito aqui."
        )


class PaymentMismatch(NitroError):
    """A payment read at Stripe is not that of the order: nothing is granted (R13). `wrong` says in what."""

    message = "O pagamento lido na Stripe não corresponde ao pedido. Nenhum crédito mudou."

    def __init__(self, wrong: list[str]) -> None:
        self.wrong = wrong
        super().__init__(detail=", ".join(wrong))


class PaymentNotRefundable(NitroError):
    """Stripe cannot give this back: not paid, a boleto, disputed, or more than is left."""

    message = "Este valor não pode ser devolvido pela Stripe: confira o que já foi devolvido e o meio usado."


class LedgerViolation(NitroError):
    """The database refused a write that would break the ledger. The open transaction is lost."""

    message = "O extrato recusou esta operação e nada foi alterado. Avise o atendimento."

    def __init__(self, constraint: str) -> None:
        self.constraint = constraint
        super().__init__(detail=f"constraint {constraint}")


class OutsideTransaction(RuntimeError):
    """Called without an open transaction, where a debit could be kept and what it pays for lost (R5)."""
