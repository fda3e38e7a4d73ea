"""Companies of seats: what the registry and the enrichment vendor know of them."""

from functools import lru_cache

from sandbox.world import names
from sandbox.world.catalog import Catalog, City, Niche
from sandbox.world.numbers import between, chance, cnpj_digits, digest, is_cnpj, pick
from sandbox.world.places import NEIGHBOURS
from sandbox.world.registry import ACTIVE, Company, Partner, TaxOption
from sandbox.world.seats import Seat, Seats
from sandbox.world.text import phrases, shout

SOLE_OWNER = "2135"
FREE_CNAE = "4789099"
FREE_NICHE = Niche(-1, "", "", "", (FREE_CNAE,))
STREETS = phrases("""
    DAS ACACIAS | DAS FLORES | DO COMERCIO | SETE DE SETEMBRO | QUINZE DE NOVEMBRO | DOS IPES | DAS GARCAS |
    CENTRAL | DO SOL | DA PRAIA | DAS PALMEIRAS | DOS PINHEIROS | DO ROSARIO | DA ESTACAO | DA INDEPENDENCIA
""")
DISTRICTS = phrases("""
    CENTRO | VILA NOVA | JARDIM PRIMAVERA | SANTO ANDRE | BOA VISTA | ALTO DA SERRA | SAO JOSE | INDUSTRIAL |
    PARQUE DAS ARVORES | BELA VISTA | NOSSA SENHORA DE FATIMA
""")
STREET_TYPES = ("RUA", "RUA", "RUA", "RUA", "AVENIDA", "AVENIDA", "TRAVESSA", "ESTRADA", "RODOVIA")
POSTAL_RANGES = {
    "SP": (1000, 19999), "RJ": (20000, 28999), "ES": (29000, 29999), "MG": (30000, 39999),
    "BA": (40000, 48999), "SE": (49000, 49999), "PE": (50000, 56999), "AL": (57000, 57999),
    "PB": (58000, 58999), "RN": (59000, 59999), "CE": (60000, 63999), "PI": (64000, 64999),
    "MA": (65000, 65999), "PA": (66000, 68899), "AP": (68900, 68999), "AM": (69000, 69299),
    "RR": (69300, 69399), "AC": (69900, 69999), "DF": (70000, 72799), "GO": (72800, 76799),
    "RO": (76800, 76999), "TO": (77000, 77999), "MT": (78000, 78899), "MS": (79000, 79999),
    "PR": (80000, 87999), "SC": (88000, 89999), "RS": (90000, 99999),
}  # fmt: skip
# Kinds of establishment, in percent. They add up to 100.
KINDS = (
    ("named", 62),  # sign and registry agree in the name
    ("other_name", 18),  # sole owner or holding: only phone and address agree
    ("address_only", 4),  # neither name nor phone agree
    ("nobody", 6),  # no CNPJ anywhere
    ("closed", 4),  # the sign still hangs, the registry says baixada, inapta or suspensa
    ("moved", 3),  # registered in the neighbouring city
    ("misprint", 3),  # the web knows only a wrong number
)
FIRST_DIGITS, NUMBERS = "236789", 9000  # 4000-xxxx is a shared-cost line
PHONE_STRIDE = 9_973  # coprime with their product: neighbours get unlike numbers
FREEMAIL = ("gmail.example", "hotmail.example", "yahoo.example")


class Invented:
    """The companies that are not in the sample files."""

    def __init__(self, catalog: Catalog, seats: Seats, taken_phones: frozenset[tuple[str, str]]) -> None:
        self.catalog = catalog
        self.seats = seats
        self._taken_phones = taken_phones  # of the sample files

    def niche(self, seat: Seat) -> Niche:
        """Return the niche of a seat; free-text pools have one without a name."""
        return self.catalog.niches[seat.pool] if seat.pool < len(self.catalog.niches) else FREE_NICHE

    def find(self, cnpj: str) -> Company | None:
        """Return the company of any CNPJ that a seat has."""
        seat = self.seats.find(cnpj)
        if seat is None or not self.seats.is_taken(seat) or kind_of(seat) == "nobody":
            return None
        return self.company(seat)

    @lru_cache(maxsize=20_000)  # noqa: B019 - one instance for the life of the process
    def company(self, seat: Seat) -> Company:
        """Compute the company of a seat."""
        kind, city = kind_of(seat), self.catalog.cities[seat.city]
        home = self.neighbour(city) if kind == "moved" else city
        cnpj, niche, brand = self.seats.cnpj(seat), self.niche(seat), names.brand_of(seat, city)
        owner = chance(85 if kind == "other_name" else 25, "sole owner", seat)
        opened = date_of(seat)
        closed_on = f"{between(2021, 2026, 'closed', seat)}0{between(1, 9, 'closed month', seat)}15"
        legal_name, trade_name = registry_names(seat, kind, owner=owner, niche=niche, brand=brand, cnpj=cnpj)
        mei = owner and chance(80, "mei", seat)
        return Company(
            cnpj=cnpj,
            legal_name=legal_name,
            trade_name=trade_name,
            status=pick(("08", "08", "04", "03"), "status", seat) if kind == "closed" else ACTIVE,
            status_date=closed_on if kind == "closed" else opened,
            status_reason="01" if kind == "closed" else "00",
            opened_on=opened,
            main_cnae=pick(niche.cnaes, "cnae", seat),
            other_cnaes=tuple(niche.cnaes[1:3]) if chance(30, "cnaes", seat) else (),
            street_type=pick(STREET_TYPES, "street type", seat),
            street=pick(STREETS, "street", seat),
            number=str(between(10, 2999, "number", seat)) if kind == "address_only" else number_of(seat),
            complement=f"SALA {between(1, 40, 'room', seat)}" if chance(30, "complement", seat) else "",
            district=pick(DISTRICTS, "district", seat),
            postal_code=registry_postal_code(postal_code(home, seat), seat),
            uf=home.uf,
            siafi_code=home.siafi_code,
            city=home,
            phones=self.registry_phones(seat, home, kind),
            email=registry_email(seat, brand, city),
            legal_nature=SOLE_OWNER
            if owner
            else pick(("2062", "2062", "2062", "2305", "2054"), "nature", seat),
            responsible="50" if owner else "49",
            capital=f"{pick((1000, 5000, 10000, 50000, 100000, 350000), 'capital', seat)},00",
            size="01" if owner else pick(("01", "03", "05"), "size", seat),
            partners=() if owner else partners_of(seat, opened),
            tax=tax_of(seat, opened, mei=mei),
            extra_phones=extra_phones(seat, home),
        )

    @lru_cache(maxsize=4096)  # noqa: B019
    def neighbours(self, city: City) -> tuple[City, ...]:
        return tuple(self.catalog.neighbours(city, NEIGHBOURS))

    def neighbour(self, city: City) -> City:
        """Return the nearest city of the same state."""
        same = [other for other in self.neighbours(city) if other.uf == city.uf]
        return (same or list(self.neighbours(city)))[0]

    def phone_number(self, seat: Seat) -> str:
        """Return eight digits, 000 after the first, that no other company of the city has.

        The range 9000 to 9019 is left to accountants.
        """
        city = self.catalog.cities[seat.city]
        number = self.seats.local_number(seat) * PHONE_STRIDE + digest("phones", seat.city)
        for step in range(len(FIRST_DIGITS) * NUMBERS):
            first, rest = divmod((number + step) % (len(FIRST_DIGITS) * NUMBERS), NUMBERS)
            phone = f"{FIRST_DIGITS[first]}000{rest:04d}"
            if (city.area_code, phone) not in self._taken_phones:
                return phone
        raise AssertionError("the sample has not all phones of an area")

    def map_only_number(self, seat: Seat) -> str:
        """Return a landline that only the map knows."""
        return f"5{self.phone_number(seat)[1:]}"

    def registry_phones(self, seat: Seat, city: City, kind: str) -> tuple[tuple[str, str], ...]:
        """Return the registry's phones: the own one, an accountant's, both or none."""
        own = (city.area_code, self.phone_number(seat))
        if kind == "other_name":
            return (own,)
        number = digest("registry phones", seat) % 100
        accountant = (city.area_code, f"3000{9000 + digest('accountant', seat) % 3}")
        if number < 68:
            area = city.area_code if number > 3 else f"0{city.area_code}"
            return ((area, own[1]),)
        if number < 84:
            return (accountant, own) if number < 76 else (accountant,)
        return (("", "0"),) if number < 86 else ()


def kind_of(seat: Seat) -> str:
    number = digest("kind", seat) % 100
    for kind, percent in KINDS:
        number -= percent
        if number < 0:
            return kind
    raise AssertionError("KINDS must add up to 100")


def registry_names(
    seat: Seat, kind: str, *, owner: bool, niche: Niche, brand: str, cnpj: str
) -> tuple[str, str]:
    """Return legal and trade name. Two thirds have no trade name; a sole owner's name is a person's."""
    sign = shout(f"{niche.name} {brand}")
    if kind in ("other_name", "address_only"):
        if owner:
            return owner_name(seat, cnpj), ""
        return f"{shout(names.coin(digest('holding', seat) % names.BRANDS))} PARTICIPACOES LTDA", ""
    if owner:
        return owner_name(seat, cnpj), sign
    form = pick(("LTDA", "LTDA", "LTDA ME", "EIRELI", "S.A."), "form", seat)
    middle = pick(("COMERCIO E SERVICOS", "COMERCIO", "SERVICOS", "E CIA", ""), "middle", seat)
    legal_name = f"{sign} {form}" if chance(50, "legal", seat) else f"{shout(brand)} {middle} {form}"
    return " ".join(legal_name.split()), sign if chance(33, "trade name", seat) else ""


def owner_name(seat: Seat, cnpj: str) -> str:
    """Return a sole owner's legal name: with the root before it, the CPF behind it, or alone."""
    cpf = names.person_cpf("owner", seat)
    name, style = names.person_name(cpf), digest("owner style", seat) % 10
    if style < 5:
        return f"{cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]} {name}"
    return f"{name} {cpf}" if style < 8 else name


def number_of(seat: Seat) -> str:
    if chance(18, "no number", seat):
        return pick(("S/N", "SN"), "no number", seat)
    return str(between(10, 2999, "number", seat))


def postal_code(city: City, seat: Seat) -> str:
    """Return eight digits: five of the city, three of the street."""
    low, high = POSTAL_RANGES[city.uf]
    return f"{between(low, high, 'postal code', city.ibge_code):05d}{digest('postal', seat) % 1000:03d}"


def registry_postal_code(code: str, seat: Seat) -> str:
    """Return the code as the registry holds it: the leading zero is lost now and then."""
    return code[1:] if code[0] == "0" and chance(8, "lost zero", seat) else code


def extra_phones(seat: Seat, city: City) -> tuple[str, ...]:
    """Return a mobile that only the enrichment vendor knows."""
    if not chance(40, "extra phone", seat):
        return ()
    return (f"{city.area_code}9{pick('6789', 'extra digit', seat)}000{digest('extra', seat) % 9000:04d}",)


def registry_email(seat: Seat, brand: str, city: City) -> str:
    number = digest("email", seat) % 100
    if number < 45:
        return f"CONTATO@{domain_of(brand, city)}".upper()
    if number < 75:
        return f"{brand}{number}@{pick(FREEMAIL, 'freemail', seat)}".upper()
    return "FISCAL@CONTABILIDADEDONORTE.EXAMPLE" if number < 85 else ""


def domain_of(brand: str, city: City) -> str:
    return f"{brand.lower()}-{shout(city.name).lower().replace(' ', '')}.example"


def date_of(seat: Seat) -> str:
    year = between(1998, 2025, "opened year", seat)
    return f"{year}{between(1, 12, 'opened month', seat):02d}{between(1, 28, 'opened day', seat):02d}"


def partners_of(seat: Seat, opened: str) -> tuple[Partner, ...]:
    """Return one to three partners; one in twenty is a company."""
    partners = []
    for place in range(between(1, 3, "partners", seat)):
        cpf = names.person_cpf("partner", seat, place)
        qualification = "49" if place == 0 else pick(("22", "49"), "qualification", seat, place)
        age = str(between(3, 8, "age", seat, place))
        mask = f"***{cpf[3:9]}**"
        partners.append(
            Partner("2", names.person_name(cpf), mask, qualification, opened, age_band=age, cpf=cpf)
        )
    if chance(5, "company partner", seat):
        holding = names.coin(digest("partner company", seat) % names.BRANDS)
        base = f"99{digest('partner root', seat) % 10**6:06d}0001"
        document = base + cnpj_digits(base)
        partners.append(Partner("1", f"{shout(holding)} PARTICIPACOES LTDA", document, "22", opened))
    return tuple(partners)


def tax_of(seat: Seat, opened: str, *, mei: bool) -> TaxOption | None:
    if not mei and chance(30, "no tax row", seat):
        return None
    none = "00000000"
    simples = "S" if mei or chance(70, "simples", seat) else "N"
    return TaxOption(simples, opened, none, "S" if mei else "N", opened if mei else none, none)


def misprint(cnpj: str) -> str:
    """Return the number with two neighbours swapped, or its last digit changed, so that the digits fail."""
    for place in range(4, 11):
        swapped = cnpj[:place] + cnpj[place + 1] + cnpj[place] + cnpj[place + 2 :]
        if swapped != cnpj and not is_cnpj(swapped):
            return swapped
    return cnpj[:-1] + str((int(cnpj[-1]) + 1) % 10)
