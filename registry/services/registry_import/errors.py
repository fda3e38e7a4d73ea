"""Why a delivery was not loaded. The tables in use are untouched in every case."""

from core.errors import NitroError


class RegistryImportError(NitroError):
    message = "A carga do cadastro falhou. As tabelas em uso não mudaram."


class MissingFiles(RegistryImportError):
    message = "Faltam arquivos na entrega da Receita."


class ImportRunning(RegistryImportError):
    message = "Já existe uma carga do cadastro em andamento."


class SuspiciousDelivery(RegistryImportError):
    """The delivery does not look like one: published only with `accept_change`."""

    message = "A entrega não parece completa e não foi publicada."


class UnreadableZip(RegistryImportError):
    message = (
        "Um dos arquivos .zip da entrega não pôde ser lido. Baixe-o de novo. As tabelas em uso não mudaram."
    )


class UndatedDelivery(RegistryImportError):
    """Without a date nobody can tell how old the data are, so no search would use them."""

    message = (
        "A entrega não traz a data no nome dos arquivos internos (“….D61114.…”) e não foi carregada: "
        "sem data, nenhuma busca usaria os dados."
    )
