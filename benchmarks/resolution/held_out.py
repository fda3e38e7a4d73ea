"""The pairs that are only measured: never looked at while weights are tuned.

Other trades, other names and other ways to be right or wrong than in `tuning`.
"""

from itertools import pairwise

from benchmarks.resolution.making import CURITIBA, VITORIA, Book, Trade

TAILS = (
    *(
        "anzera",
        "ebril",
        "iscana",
        "ofiana",
        "ugreda",
        "anhedo",
        "eltica",
        "ivorne",
        "osmeda",
        "utaria",
        "arbolo",
    ),
    *("endrique", "inzola", "oltemo", "urvano", "aspera", "efenda", "ilmara", "otriga", "undela"),
)
VET = Trade("Clínica Veterinária", "SERVICOS VETERINARIOS", "7500100", "Veterinário", ("4789004",))
FLOWERS = Trade("Floricultura", "FLORES E PLANTAS", "4789002", "Floricultura")
BUTCHER = Trade("Casa de Carnes", "COMERCIO DE CARNES", "4722901", "Açougue")
TYRES = Trade("Pneus", "COMERCIO DE PNEUS", "4530705", "Loja de pneus", ("4520004",))
MIND = Trade("Psicologia", "PSICOLOGIA CLINICA", "8650003", "Psicólogo")
BLUEPRINT = Trade("Arquitetura", "ARQUITETURA E INTERIORES", "7111100", "Arquiteto")
SWEETS = Trade("Confeitaria", "DOCES E SALGADOS", "1091102", "Confeitaria", ("5620104",))
BURGER = Trade("Hamburgueria", "LANCHES", "5611203", "Hamburgueria")
STATIONER = Trade("Papelaria", "PAPELARIA E LIVRARIA", "4761003", "Papelaria")
FURNITURE = Trade("Móveis", "COMERCIO DE MOVEIS", "4754701", "Loja de móveis")
SHOES = Trade("Calçados", "COMERCIO DE CALCADOS", "4782201", "Loja de calçados")
LAWYER = Trade("Advocacia", "SOCIEDADE INDIVIDUAL DE ADVOCACIA", "6911701", "Escritório de advocacia")
TAXES = Trade("Assessoria Contábil", "ASSESSORIA CONTABIL", "6920601", "Escritório de contabilidade")
INN = Trade("Pousada", "POUSADA", "5510801", "Pousada", ("5590603",))
WASH = Trade("Lavanderia", "LAVANDERIA", "9601701", "Lavanderia")
LAB = Trade("Laboratório", "ANALISES CLINICAS", "8640202", "Laboratório de análises clínicas")
TRIPS = Trade("Turismo", "AGENCIA DE VIAGENS", "7911200", "Agência de viagens")
PAINTS = Trade("Tintas", "COMERCIO DE TINTAS", "4741500", "Loja de tintas")
TEETH = Trade("Odontologia", "SERVICOS ODONTOLOGICOS", "8630504", "Dentista")
CUTS = Trade("Barber Shop", "BARBEARIA", "9602501", "Barbearia")

TRADES = (VET, FLOWERS, BUTCHER, TYRES, SWEETS, BURGER, STATIONER, FURNITURE, SHOES, INN)
OFFICES = (MIND, BLUEPRINT, LAWYER, TAXES, TRIPS, TEETH)
PLAIN = (
    "Bom Jesus",
    "Nova Era",
    "Santo Antônio",
    "Imperial",
    "Dois Irmãos",
    "Paulista",
    "Real",
    "Alvorada",
    "Silva",
    "São Pedro",
)
OWNERS = (
    "MARCIA REGINA XAXINEIRO", "PAULO SERGIO CORREGANO", "ALINE FALCONERINO", "DIEGO HENRIQUE MONTESSERRINO",
    "ROSANE TIMBAUVANO", "GILBERTO SERRANEGRINO", "TATIANE QUARESMEIRO", "EDSON LUIZ PEDRANOVENSE",
    "VERONICA BELMONTEZINO", "ROGERIO ENSEADINHO",
)  # fmt: skip


def upper(text: str) -> str:
    return text.upper().translate(str.maketrans("ÁÀÂÃÉÊÍÓÔÕÚÜÇ", "AAAAEEIOOOUUC"))


def owners_behind_a_sign(book: Book) -> None:
    for trade, name, owner in zip(TRADES, book.coined(), OWNERS, strict=False):
        at, phone = book.spot(), book.phone()
        legal = f"{owner.split()[-1]} & {owner.split()[0]} LTDA"
        cnpj = book.company(legal, trade, sign=f"{upper(trade.sign)} {upper(name)}", at=at, phone=phone)
        seen = phone if book.town() is CURITIBA else book.phone("9")
        book.place("sign", f"{name} - {trade.sign}", cnpj, at=at, phone=seen, category=trade.category)


def bare_fields_only(book: Book) -> None:
    """No address as text: postal code and number stand for it."""
    for number, (trade, name) in enumerate(zip(TRADES, book.coined(), strict=False)):
        at = book.spot()
        cnpj = book.company(f"{trade.legal} {upper(name)} LTDA ME", trade, at=at, phone=book.phone())
        sign, phone = f"{trade.sign} {name}", book.phone("9") if number % 2 else ""
        book.place("bare", sign, cnpj, at=at, phone=phone, category=trade.category, with_address=False)
    for trade, name in zip(TRADES, PLAIN, strict=True):
        book.company(f"{trade.legal} {upper(name)} LTDA", trade, at=book.spot(), phone=book.phone())
        sign, at, phone = f"{trade.sign} {name}", book.spot(), book.phone()
        book.place(
            "bare-namesake", sign, None, at=at, phone=phone, category=trade.category, with_address=False
        )


def neighbours_in_a_tower(book: Book) -> None:
    for mine, theirs in pairwise((*OFFICES, OFFICES[0])):
        names = book.coined()
        at = book.spot()
        book.company(f"{upper(names[0])} {theirs.legal}", theirs, at=at, room="CONJ 807", phone=book.phone())
        sign, phone = f"{names[1]} {mine.sign}", book.phone()
        book.place("tower", sign, None, at=at, room="Cj. 1102", phone=phone, category=mine.category)
        at = book.spot()
        book.company(f"{upper(names[2])} {theirs.legal}", theirs, at=at)
        book.place("tower-bare", f"{mine.sign} {names[3]}", None, at=at, category=mine.category)
        at = book.spot()
        book.company(f"{upper(names[4])} {mine.legal}", mine, at=at, phone=book.phone())
        book.place("tower-rival", f"{names[5]} {mine.sign}", None, at=at, category=mine.category)
        at, owner = book.spot(), OWNERS[len(book.places) % len(OWNERS)]
        cnpj = book.company(
            f"{upper(names[6])} {mine.legal}", mine, at=at, room="CONJ 31", phone=book.phone()
        )
        book.company(f"<root> {owner}", theirs, at=at, room="CONJ 32", nature="2135")
        sign = f"{names[6]} {mine.sign}"
        book.place(
            "tower-mine", sign, cnpj, at=at, room="Conj. 31", phone=book.phone("9"), category=mine.category
        )


def food_court(book: Book) -> None:
    for mine, theirs in pairwise((BURGER, SWEETS, SHOES, STATIONER, TRIPS)):
        names, at = book.coined(), book.spot()
        book.company(
            f"{upper(names[0])} {theirs.legal} LTDA", theirs, at=at, room="LUC 210", phone=book.phone()
        )
        sign = f"{names[1]} {mine.sign} | Shopping Ipiranga"
        book.place("court", sign, None, at=at, room="Piso 2", phone=book.phone(), category=mine.category)


def phone_of_somebody_else(book: Book) -> None:
    for trade, other, owner, name in zip(
        TRADES, (*OFFICES, WASH, LAB, PAINTS, CUTS), OWNERS, book.coined(), strict=False
    ):
        phone = book.phone("9")
        book.company(owner, other, at=book.spot(), phone=phone, nature="2135")
        sign, at = f"{trade.sign} {name}", book.spot()
        book.place("reused", sign, None, at=at, phone=phone, category=trade.category)
    for trade, name in zip(OFFICES, book.coined(), strict=False):
        phone = book.phone()
        book.company(f"{name.upper()} TRANSPORTES LTDA", cnae="4930202", at=book.spot(), phone=phone)
        sign, at = f"{name} {trade.sign}", book.spot()
        book.place("reused-name", sign, None, at=at, phone=phone, category=trade.category)
    for trade, (mine, theirs) in zip(TRADES, pairwise(book.coined()), strict=False):
        phone = book.phone()
        book.company(f"{upper(theirs)} {trade.legal} LTDA", trade, at=book.spot(), phone=phone)
        sign, at = f"{trade.sign} {mine}", book.spot()
        book.place("reused-rival", sign, None, at=at, phone=phone, category=trade.category)


def second_shops(book: Book) -> None:
    for number, (trade, name) in enumerate(zip(TRADES, book.coined(), strict=False)):
        root, first, second, phone = book.root(), book.spot(), book.spot(), book.phone()
        legal = f"{upper(name)} {trade.legal} LTDA"
        head = book.company(legal, trade, at=first, phone=phone, root=root)
        branch = book.company(legal, trade, at=second, phone=book.phone(), root=root, order="0003")
        sign = f"{trade.sign} {name} II" if number % 2 else f"{name} {trade.sign} (Loja 2)"
        meant, at = (branch, second) if number % 3 else (head, first)
        book.place("shop", sign, meant, at=at, phone=phone, category=trade.category)
    for trade, name in zip(TRADES[:6], book.coined(), strict=False):
        book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=book.spot(), phone=book.phone())
        sign, at, phone = f"{trade.sign} {name} - {book.spot().district}", book.spot(), book.phone()
        book.place("shop-not-loaded", sign, None, at=at, phone=phone, category=trade.category)


def chains(book: Book) -> None:
    for trade, name in zip((SHOES, BURGER, STATIONER, LAB, WASH, TRIPS), book.coined(), strict=False):
        sign, spots = upper(f"{trade.sign} {name}"), [book.spot() for _ in range(4)]
        units = [
            book.company(
                f"{owner.split()[-1]} {trade.legal} LTDA", trade, sign=sign, at=at, phone=book.phone()
            )
            for owner, at in zip(OWNERS, spots[:3], strict=False)
        ]
        place = f"{trade.sign} {name}"
        site = f"https://{upper(name).lower()}.example/lojas"
        book.place(
            "chain", place, units[2], at=spots[2], phone=book.phone(), category=trade.category, site=site
        )
        book.company(
            f"{OWNERS[4].split()[-1]} {trade.legal} LTDA",
            trade,
            sign=sign,
            at=book.spot(),
            phone=book.phone(),
        )
        book.place("chain-not-loaded", place, None, at=spots[3], phone=book.phone(), category=trade.category)


def individuals(book: Book) -> None:
    signs = ("Doce Encanto", "Arte & Raiz", "do Alemão", "Primeira Classe", "Cantinho da Vó", "Brasa Viva", "Papel & Cia",
             "Bom Sono", "Passo Leve", "Vista do Vale")  # fmt: skip
    for number, (trade, owner, sign) in enumerate(zip(TRADES, OWNERS, signs, strict=True)):
        at, phone = book.spot(), book.phone("9")
        legal = f"{owner} 99993401994" if number % 2 else owner
        cnpj = book.company(
            legal, trade, at=at, phone=phone, nature="2135", postal_code=at.postal_code[:5] + "000"
        )
        book.place("owner", f"{trade.sign} {sign}", cnpj, at=at, phone=phone, category=trade.category)
    for trade, owner in zip((MIND, TEETH, BLUEPRINT, CUTS, LAWYER, VET), OWNERS, strict=False):
        phone, at = book.phone("9"), book.spot()
        cnpj = book.company(f"<root> {owner}", trade, at=at, phone=phone, nature="2135")
        first, *_, last = owner.title().split()
        sign = f"Dra. {first} {last} | {trade.sign}"
        book.place("owner-named", sign, cnpj, at=at, phone=book.phone("8"), category=trade.category)
    for trade, (owner, other) in zip(
        (MIND, TEETH, BLUEPRINT, CUTS, LAWYER, VET), pairwise(OWNERS), strict=False
    ):
        at, phone = book.spot(), book.phone("9")
        book.company(f"{other} 99993401994", trade, at=at, phone=phone, nature="2135")
        book.place("owner-other", f"{owner.title()} - {trade.sign}", None, at=at, category=trade.category)


FIRMS = (
    ("Xaxineiro, Prado & Associados", "XAXINEIRO PRADO ADVOGADOS ASSOCIADOS", True),
    ("Corregano e Lima Sociedade de Advogados", "CORREGANO & LIMA ADVOGADOS", True),
    ("Advocacia Falconerino", "FALCONERINO SOCIEDADE INDIVIDUAL DE ADVOCACIA", True),
    ("Timbauvano Advogados", "TIMBAUVANO E ROCHA SOCIEDADE DE ADVOGADOS", False),
    ("Oliveira e Santos Advocacia", "SANTOS E SOUZA SOCIEDADE DE ADVOGADOS", False),
    ("Rocha Advogados", "ROCHA PITA SOCIEDADE DE ADVOGADOS", False),
    ("Serranegrino & Cia Advocacia Trabalhista", "SERRANEGRINO ADVOCACIA S/S", True),
    ("Martins Advocacia", "MARTINS DE SA E TELES ADVOGADOS", False),
)


def firms(book: Book) -> None:
    for sign, legal, is_it in FIRMS:
        at = book.spot()
        cnpj = book.company(legal, LAWYER, at=at, room="SALA 5", phone=book.phone(), nature="2232")
        seen_at = at if is_it else book.spot()
        label = cnpj if is_it else None
        book.place("firm", sign, label, at=seen_at, room="sala 5", phone=book.phone("9"), category="Advogado")


SPELLINGS = (
    ("R.M.F. Pneus", "RMF COMERCIO DE PNEUS LTDA", TYRES),
    ("L & G Móveis Planejados", "L E G MOVEIS LTDA", FURNITURE),
    ("Agro Vet Anzerana", "AGROVET ANZERANA LTDA", VET),
    ("Pap. Ebrilana", "EBRILANA PAPELARIA LTDA", STATIONER),
    ("Sto. Isconildo Casa de Carnes", "CASA DE CARNES SANTO ISCONILDO LTDA", BUTCHER),
    ("Dist. Ofianela Tintas", "OFIANELA DISTRIBUIDORA DE TINTAS LTDA", PAINTS),
    ("Flor-de-Lis Ugredana", "FLOR DE LIS UGREDANA FLORES LTDA", FLOWERS),
    ("ELTICANO ODONTO", "ELTICANO SERVICOS ODONTOLOGICOS LTDA EM LIQUIDACAO", TEETH),
    ("Viagens & Cia Ivornete", "IVORNETE VIAGENS E TURISMO LTDA", TRIPS),
    ("Laboratório Dr. Osmedano", "OSMEDANO LABORATORIO DE ANALISES CLINICAS S/S LTDA", LAB),
    ("N. Sra. das Utarias Pousada", "POUSADA NOSSA SENHORA DAS UTARIAS LTDA", INN),
    ("Hamburgueria do Arboleto", "ARBOLETO LANCHES EIRELI", BURGER),
)


def spellings(book: Book) -> None:
    for number, (sign, legal, trade) in enumerate(SPELLINGS):
        at, phone = book.spot(), book.phone()
        cnpj = book.company(legal, trade, at=at, phone=phone)
        if number % 4 == 3:
            book.place("spelling", sign, cnpj, category=trade.category)
        else:
            seen = phone if number % 2 else ""
            book.place("spelling", sign, cnpj, at=at, phone=seen, category=trade.category)


LETTERS = (
    ("Pousada do Sol", "POUSADA DO SAL LTDA", INN),
    ("Papelaria Marina", "PAPELARIA MARIANA LTDA", STATIONER),
    ("Confeitaria Doce Lar", "CONFEITARIA DOCE MAR LTDA", SWEETS),
    ("Móveis Bertolini Anzo", "MOVEIS BERTOLINE ANZE LTDA", FURNITURE),
    ("Calçados Ivana", "CALCADOS IVANIA LTDA", SHOES),
    ("Casa de Carnes Boi Forte", "CASA DE CARNES BOM FORTE LTDA", BUTCHER),
)


def letters(book: Book) -> None:
    for sign, legal, trade in LETTERS:
        book.company(legal, trade, at=book.spot(), phone=book.phone())
        book.place("letter", sign, None, at=book.spot(), phone=book.phone(), category=trade.category)


def streets_right_codes_wrong(book: Book) -> None:
    for trade, name in zip(TRADES, book.coined(), strict=False):
        at = book.spot()
        cnpj = book.company(f"{upper(name)} COMERCIO E SERVICOS LTDA", trade, at=at, phone=book.phone())
        code = str(int(at.postal_code) + 7013).zfill(8)
        phone = book.phone("9")
        book.place(
            "code",
            f"{trade.sign} {name}",
            cnpj,
            at=at,
            postal_code=code,
            phone=phone,
            category=trade.category,
        )


def mail_and_site(book: Book) -> None:
    for trade, name, owner in zip(OFFICES, book.coined(), OWNERS, strict=False):
        host = f"{upper(name).lower()}{trade.category[:4].lower()}.example"
        cnpj = book.company(
            f"{owner.split()[-1]} SERVICOS LTDA",
            trade,
            at=book.spot(),
            phone=book.phone(),
            email=f"adm@{host}",
        )
        sign, at = f"{name} {trade.sign}", book.spot()
        book.place("host", sign, cnpj, at=at, category=trade.category, site=f"http://{host}")
    for trade, (mine, theirs) in zip(OFFICES, pairwise(book.coined()), strict=False):
        book.company(
            f"{upper(theirs)} {trade.legal}", trade, at=book.spot(), email=f"a@{theirs.lower()}.example"
        )
        sign, at = f"{mine} {trade.sign}", book.spot()
        book.place("host-other", sign, None, at=at, category=trade.category, site=f"{mine.lower()}.example")


def offices_of_accountants(book: Book) -> None:
    names = book.coined()
    for name in names[:3]:
        phone, at = book.phone(), book.spot()
        cnpj = book.company(f"{upper(name)} ASSESSORIA CONTABIL LTDA", TAXES, at=at, phone=phone)
        for client, trade in zip(names[3:], TRADES, strict=False):
            spot = at if trade in TRADES[:3] else book.spot()
            book.company(f"{upper(client)}{name[0]} {trade.legal} LTDA", trade, at=spot, phone=phone)
        book.place("books", f"{name} Assessoria Contábil", cnpj, at=at, phone=phone, category=TAXES.category)


def far_namesakes(book: Book) -> None:
    for trade, name in zip(TRADES[:8], book.coined(), strict=False):
        town = VITORIA if book.town() is not VITORIA else CURITIBA
        phone = book.phone()
        book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=book.spot(town), phone=phone, town=town)
        sign, at = f"{trade.sign} {name}", book.spot()
        book.place("far", sign, None, at=at, phone=book.phone(), category=trade.category)


def nothing_but_the_name(book: Book) -> None:
    for trade, name in zip((*TRADES[:7], LAB, INN, PAINTS), book.coined(), strict=False):
        cnpj = book.company(f"{trade.legal} {upper(name)} LTDA", trade, at=book.spot(), phone=book.phone())
        book.place("only-name", f"{name} {trade.sign}", cnpj, category=trade.category)


def signs_with_a_district(book: Book) -> None:
    for number, (trade, name) in enumerate(zip(TRADES, book.coined(), strict=False)):
        at, town = book.spot(), book.town()
        phone = book.phone()
        cnpj = book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=at, phone=phone)
        tail = (at.district, f"{town.name} {town.uf}", "desde 1987", "delivery e retirada")[number % 4]
        seen = phone if number % 2 else book.phone("9")
        book.place("tail", f"{name} {trade.sign}, {tail}", cnpj, at=at, phone=seen, category=trade.category)


def people_next_door(book: Book) -> None:
    for trade, (mine, theirs) in zip(TRADES, pairwise(book.coined()), strict=False):
        at = book.spot()
        book.company(
            f"{upper(theirs)} {trade.legal} LTDA",
            trade,
            at=at,
            number=str(int(at.number) + 2),
            phone=book.phone(),
        )
        phone = book.phone()
        book.place("next-door", f"{mine} {trade.sign}", None, at=at, phone=phone, category=trade.category)


PATTERNS = (
    owners_behind_a_sign, bare_fields_only, neighbours_in_a_tower, food_court, phone_of_somebody_else, second_shops,
    chains, individuals, firms, spellings, letters, streets_right_codes_wrong, mail_and_site, offices_of_accountants,
    far_namesakes, nothing_but_the_name, signs_with_a_district, people_next_door,
)  # fmt: skip
