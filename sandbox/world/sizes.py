"""How many establishments of a niche a city has, and which of them get a numeric CNPJ."""

from enum import IntEnum
from itertools import accumulate

from sandbox.world.catalog import Catalog, City, Niche
from sandbox.world.numbers import between, chance, digest
from sandbox.world.text import words

FREE_POOLS = 256  # free-text niches share this many pools of companies
MAX_SEATS = 128


class Size(IntEnum):
    HUGE = 0
    LARGE = 1
    MEDIUM = 2
    SMALL = 3
    TINY = 4


# How many, from and to, for common, usual and rare niches.
COUNTS = {
    Size.HUGE: ((80, 120), (40, 70), (10, 30)),
    Size.LARGE: ((40, 80), (12, 32), (3, 12)),
    Size.MEDIUM: ((22, 48), (8, 20), (0, 8)),
    Size.SMALL: ((4, 14), (0, 6), (0, 2)),
    Size.TINY: ((0, 5), (0, 2), (0, 1)),
}
# A million numeric roots begin with 99: this many of each pool have one, the rest have letters.
NUMERIC = {
    Size.HUGE: (120, 60, 20),
    Size.LARGE: (60, 17, 4),
    Size.MEDIUM: (48, 9, 3),
    Size.SMALL: (4, 0, 0),
    Size.TINY: (1, 0, 0),
}
COMMON, USUAL, RARE, NOWHERE = 0, 1, 2, 3
COMMON_NICHES = frozenset(
    words("""
    academia acougue advogado agropecuaria autopecas bar barbearia borracharia cafeteria clinica-de-
    estetica clinica-medica clinica-veterinaria construtora contador corretora-de-seguros dentista
    eletricista escola-particular farmacia fisioterapeuta floricultura grafica hamburgueria hotel igreja
    imobiliaria lanchonete lava-rapido loja-de-calcados loja-de-celulares loja-de-moveis loja-de-roupas
    manicure-e-pedicure marcenaria material-de-construcao mercearia oficina-mecanica otica padaria
    papelaria pet-shop pizzaria posto-de-combustivel psicologo restaurante salao-de-beleza supermercado
""")
)
NOWHERE_NICHES = frozenset(("taxi-aereo", "cafeicultor", "leiloeiro"))  # searches of these find nothing
USUAL_GROUPS = frozenset(
    ("Alimentação", "Automotivo", "Beleza e bem-estar", "Construção e reforma", "Moda", "Saúde", "Varejo")
)
HUGE_CITIES = "São Paulo-SP, Rio de Janeiro-RJ"
LARGE_CITIES = """Campinas-SP, Guarulhos-SP, Santo André-SP, São Bernardo do Campo-SP, Ribeirão Preto-SP,
Sorocaba-SP, São José dos Campos-SP, Osasco-SP, Uberlândia-MG, Joinville-SC, Londrina-PR, Niterói-RJ,
Nova Iguaçu-RJ, São Gonçalo-RJ, Duque de Caxias-RJ, Contagem-MG, Juiz de Fora-MG, Feira de Santana-BA,
Jaboatão dos Guararapes-PE"""  # and the capitals
MEDIUM_CITIES = """Santa Maria-RS, Caxias do Sul-RS, Pelotas-RS, Canoas-RS, Gravataí-RS, Novo Hamburgo-RS,
São Leopoldo-RS, Passo Fundo-RS, Rio Grande-RS, Viamão-RS, Maringá-PR, Ponta Grossa-PR, Cascavel-PR,
Foz do Iguaçu-PR, São José dos Pinhais-PR, Blumenau-SC, Chapecó-SC, Itajaí-SC, Criciúma-SC, São José-SC,
Santos-SP, São José do Rio Preto-SP, Mogi das Cruzes-SP, Jundiaí-SP, Piracicaba-SP, Bauru-SP, Franca-SP,
Taubaté-SP, Limeira-SP, Praia Grande-SP, Diadema-SP, Barueri-SP, São Carlos-SP, Araraquara-SP,
Presidente Prudente-SP, Americana-SP, Indaiatuba-SP, Marília-SP, Petrópolis-RJ, Volta Redonda-RJ,
Campos dos Goytacazes-RJ, Macaé-RJ, Serra-ES, Vila Velha-ES, Cariacica-ES, Betim-MG, Montes Claros-MG,
Uberaba-MG, Governador Valadares-MG, Divinópolis-MG, Anápolis-GO, Aparecida de Goiânia-GO, Rio Verde-GO,
Dourados-MS, Rondonópolis-MT, Várzea Grande-MT, Vitória da Conquista-BA, Ilhéus-BA, Caruaru-PE, Petrolina-PE,
Campina Grande-PB, Mossoró-RN, Sobral-CE, Juazeiro do Norte-CE, Imperatriz-MA, Santarém-PA, Ananindeua-PA,
Marabá-PA, Ji-Paraná-RO, Arapiraca-AL"""


class Sizes:
    """Sizes of cities and of their niches. Both are rules, not tables: nothing is stored."""

    def __init__(self, catalog: Catalog) -> None:
        named = {
            _find(catalog, label): size
            for size, labels in (
                (Size.HUGE, HUGE_CITIES),
                (Size.LARGE, LARGE_CITIES),
                (Size.MEDIUM, MEDIUM_CITIES),
            )
            for label in labels.split(",")
        }
        self.of_city = tuple(self._size(city, named.get(city)) for city in catalog.cities)
        self.of_niche = tuple(commonness(niche) for niche in catalog.niches)
        kinds = (*self.of_niche, *(USUAL for _ in range(FREE_POOLS)))
        self._rooms = {
            size: [0, *accumulate(0 if kind == NOWHERE else COUNTS[size][kind][1] for kind in kinds)]
            for size in Size
        }

    def local_number(self, city: int, pool: int, index: int) -> int:
        """Number the seats of one city without gaps between pools, whatever the niches' real counts."""
        return self._rooms[self.of_city[city]][pool] + index

    def seats(self, city: int, pool: int) -> int:
        """Return how many establishments the pool has in the city, by its index."""
        kind = self.of_niche[pool] if pool < len(self.of_niche) else USUAL
        if kind == NOWHERE:
            return 0
        low, high = COUNTS[self.of_city[city]][kind]
        return between(low, high, "seats", city, pool)

    @staticmethod
    def _size(city: City, named: Size | None) -> Size:
        if named is not None:
            return named
        if city.is_capital:
            return Size.LARGE
        return Size.SMALL if chance(20, "small", city.ibge_code) else Size.TINY


def commonness(niche: Niche) -> int:
    if niche.slug in NOWHERE_NICHES:
        return NOWHERE
    if niche.slug in COMMON_NICHES:
        return COMMON
    return USUAL if niche.group in USUAL_GROUPS else RARE


def free_pool(catalog: Catalog, key: str) -> int:
    """Return the pool of companies behind a free-text niche."""
    return len(catalog.niches) + digest("free niche", key) % FREE_POOLS


def _find(catalog: Catalog, label: str) -> City:
    city = catalog.find_city(label)
    if city is None:
        raise ValueError(f"no city {label!r}")
    return city
