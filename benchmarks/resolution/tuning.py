"""The pairs that weights may be tuned on. Patterns of the field, each over several trades and names."""

from itertools import pairwise

from benchmarks.resolution.making import CAMPINAS, CURITIBA, Book, Trade

PET = Trade("Pet Shop", "COMERCIO DE RACOES", "4789004", "Pet shop", ("9609208",))
PHARMACY = Trade("Farmácia", "FARMACIA", "4771701", "Farmácia", ("4772500",))
MARKET = Trade("Mercado", "SUPERMERCADO", "4711302", "Supermercado", ("4712100",))
BAKERY = Trade("Padaria", "PANIFICADORA", "4721102", "Padaria", ("1091102",))
DENTIST = Trade("Clínica Odontológica", "ODONTOLOGIA", "8630504", "Dentista")
DOCTOR = Trade("Clínica Médica", "SERVICOS MEDICOS", "8630503", "Clínica médica")
BOOKS = Trade("Contabilidade", "CONTABILIDADE", "6920601", "Contador")
LAW = Trade("Advogados", "SOCIEDADE DE ADVOGADOS", "6911701", "Advogado")
HOTEL = Trade("Hotel", "HOTELARIA", "5510801", "Hotel")
GARAGE = Trade("Oficina", "MECANICA AUTOMOTIVA", "4520001", "Oficina mecânica", ("4530703",))
SALON = Trade("Salão", "CABELEIREIROS", "9602501", "Salão de beleza", ("9602502",))
BARBER = Trade("Barbearia", "BARBEARIA", "9602501", "Barbearia")
PIZZA = Trade("Pizzaria", "PIZZARIA", "5611201", "Pizzaria", ("5620104",))
GRILL = Trade("Churrascaria", "CHURRASCARIA", "5611201", "Churrascaria")
BUILDING = Trade("Materiais de Construção", "MATERIAIS DE CONSTRUCAO", "4744099", "Material de construção")
CLOTHES = Trade("Modas", "CONFECCOES", "4781400", "Loja de roupas", ("4782201",))
FUNERAL = Trade("Funerária", "FUNERARIA", "9603304", "Funerária")
HOMES = Trade("Imóveis", "NEGOCIOS IMOBILIARIOS", "6821801", "Imobiliária")
PARTS = Trade("Auto Peças", "AUTO PECAS", "4530703", "Autopeças")
PHYSIO = Trade("Fisioterapia", "FISIOTERAPIA", "8650004", "Fisioterapeuta")
INSURANCE = Trade("Corretora de Seguros", "CORRETORA DE SEGUROS", "6622300", "Corretora de seguros")
OPTICS = Trade("Ótica", "OTICA", "4774100", "Ótica")
GYM = Trade("Academia", "ACADEMIA DE GINASTICA", "9313100", "Academia")
SCHOOL = Trade("Escola", "EDUCACAO INFANTIL", "8511200", "Escola particular", ("8512100",))

TRADES = (PET, PHARMACY, MARKET, BAKERY, DENTIST, GARAGE, SALON, PIZZA, BUILDING, CLOTHES, OPTICS, GYM)
PLAIN = (
    "São João",
    "Progresso",
    "Central",
    "Santa Rita",
    "Avenida",
    "União",
    "Primavera",
    "São José",
    "Ideal",
    "Estrela",
)
OWNERS = (
    "JOAO HORTENSIANO", "MARIA APARECIDA LAVRADIANO", "CARLOS EDUARDO BRISOLANO", "HELENA LIMA NASCENTINO",
    "JOSE ROBERTO GAROANO", "PATRICIA DE SOUZA MARESIANO", "RAFAEL JATOBANO", "SANDRA REGINA ZIMBROSO",
    "ANTONIO CARLOS DUNASIO", "FERNANDA ALAMBARINO", "LUIZ FERNANDO NEBLINARO", "CLAUDIA ESPELHANO",
)  # fmt: skip


def upper(text: str) -> str:
    table = str.maketrans("ÁÀÂÃÉÊÍÓÔÕÚÜÇ", "AAAAEEIOOOUUC")
    return text.upper().translate(table)


def same_in_every_way(book: Book) -> None:
    for trade, name in zip(TRADES, book.coined(), strict=True):
        at, phone = book.spot(), book.phone()
        cnpj = book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=at, phone=phone)
        book.place("same", f"{trade.sign} {name}", cnpj, at=at, phone=phone, category=trade.category)


def same_name_and_door_other_phone(book: Book) -> None:
    for trade, name in zip(TRADES, book.coined(), strict=True):
        at = book.spot()
        cnpj = book.company(f"{upper(name)} {trade.legal} EIRELI", trade, at=at, phone=book.phone())
        book.place(
            "door", f"{name} {trade.sign}", cnpj, at=at, phone=book.phone("9"), category=trade.category
        )


def same_plain_name_and_door(book: Book) -> None:
    for trade, name in zip(TRADES, PLAIN, strict=False):
        at = book.spot()
        cnpj = book.company(f"{trade.legal} {upper(name)} LTDA ME", trade, at=at, phone=book.phone())
        book.place("plain-door", f"{trade.sign} {name}", cnpj, at=at, category=trade.category)


def wrong_postal_code(book: Book) -> None:
    for trade, name in zip(TRADES, book.coined(), strict=True):
        at = book.spot()
        wrong = at.postal_code[:5] + "999"
        cnpj = book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=at, phone=book.phone())
        book.place(
            "wrong-cep", f"{trade.sign} {name}", cnpj, at=at, postal_code=wrong, category=trade.category
        )


def namesake_in_the_city(book: Book) -> None:
    """Another company of the name and trade, elsewhere in the city, with another phone."""
    for number, (trade, name) in enumerate(zip(TRADES, PLAIN, strict=False)):
        book.company(f"{trade.legal} {upper(name)} LTDA", trade, at=book.spot(), phone=book.phone())
        at = book.spot()
        phone = book.phone() if number % 3 else ""
        book.place("namesake", f"{trade.sign} {name}", None, at=at, phone=phone, category=trade.category)


def namesake_of_a_rare_name(book: Book) -> None:
    for trade, name in zip(TRADES[3:9], book.coined()[4:10], strict=True):
        book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=book.spot(), phone=book.phone())
        name, at, phone = f"{trade.sign} {name}", book.spot(), book.phone()
        book.place("rare-namesake", name, None, at=at, phone=phone, category=trade.category)


def namesake_and_the_real_one(book: Book) -> None:
    for trade, name in zip(TRADES, PLAIN, strict=False):
        at, phone = book.spot(), book.phone()
        book.company(f"{trade.legal} {upper(name)} LTDA", trade, at=book.spot(), phone=book.phone())
        cnpj = book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=at, phone=phone)
        book.place("two", f"{trade.sign} {name}", cnpj, at=at, phone=phone, category=trade.category)


def namesake_of_another_city(book: Book) -> None:
    for trade, name in zip(TRADES, book.coined(), strict=True):
        town = CAMPINAS if book.town() is not CAMPINAS else CURITIBA
        book.company(
            f"{upper(name)} {trade.legal} LTDA", trade, at=book.spot(town), phone=book.phone(), town=town
        )
        name, phone = f"{trade.sign} {name}", book.phone()
        book.place("other-city", name, None, at=book.spot(), phone=phone, category=trade.category)


OTHER_TRADES = (
    ("Mercado São Joanino", MARKET, "FARMACIA SAO JOANINO LTDA", PHARMACY),
    ("Hotel Progresso", HOTEL, "PROGRESSO SUPERMERCADOS LTDA", MARKET),
    ("Pet Shop Amigo Fiel", PET, "AMIGO FIEL FUNERARIA LTDA", FUNERAL),
    ("Padaria Zimbrava", BAKERY, "ZIMBRAVA AUTO PECAS LTDA", PARTS),
    ("Ótica Visão Norte", OPTICS, "VISAO NORTE CONTABILIDADE LTDA", BOOKS),
    ("Academia Corpo Vivo", GYM, "CORPO VIVO CONFECCOES LTDA", CLOTHES),
    ("Clínica Médica Santa Ursulina", DOCTOR, "HOTEL SANTA URSULINA LTDA", HOTEL),
    ("Oficina Dorumbra", GARAGE, "DORUMBRA NEGOCIOS IMOBILIARIOS LTDA", HOMES),
    ("Salão Estrela Guia", SALON, "ESTRELA GUIA TRANSPORTES LTDA", Trade("", "", "4930202", "")),
    ("Imobiliária Serviva", HOMES, "SERVIVA LABORATORIO LTDA", Trade("", "", "8640202", "")),
    ("Pizzaria Bela Lumeranda", PIZZA, "BELA LUMERANDA MODAS LTDA", CLOTHES),
    ("Escola Arco-Celeste", SCHOOL, "ARCO CELESTE MATERIAIS DE CONSTRUCAO LTDA", BUILDING),
)


def same_word_other_trade(book: Book) -> None:
    for sign, trade, legal, other in OTHER_TRADES:
        book.company(legal, other, at=book.spot(), phone=book.phone())
        book.place("other-trade", sign, None, at=book.spot(), phone=book.phone(), category=trade.category)
    for sign, trade, legal, other in OTHER_TRADES[:6]:
        book.company(legal, other)
        book.place("other-trade-bare", sign, None, phone=book.phone(), category=trade.category)
    for sign, _, legal, other in OTHER_TRADES[6:]:
        at = book.spot()
        book.company(legal, other, at=at, phone=book.phone())
        book.place("other-trade-door", sign, None, at=at, phone=book.phone("9"))


BUILDING_TENANTS = (
    ("Dra. Helena Brisolano - Cardiologista", DOCTOR, "NORTIBA CONTABILIDADE LTDA", BOOKS),
    ("Valdora Odontologia", DENTIST, "SILVA E CORDEIRO SOCIEDADE DE ADVOGADOS", LAW),
    ("Quirelva Advocacia", LAW, "CORANDELA CORRETORA DE SEGUROS LTDA", INSURANCE),
    ("Clínica Belquiz", DOCTOR, "LUMERANDA NEGOCIOS IMOBILIARIOS LTDA", HOMES),
    ("Fisio Jacuniba", PHYSIO, "DORUMBRA ENGENHARIA LTDA", Trade("", "", "7112000", "")),
    ("Contabilidade Tamborela", BOOKS, "ZIMBRAVA ODONTOLOGIA LTDA", DENTIST),
    ("Seguros Ribelanda", INSURANCE, "SERVIVA PSICOLOGIA LTDA", Trade("", "", "8650003", "")),
    ("Dr. Rafael Jatobano", DOCTOR, "ALPHA CORRETORA DE SEGUROS LTDA", INSURANCE),
)


def office_building(book: Book) -> None:
    for number, (sign, trade, legal, other) in enumerate(BUILDING_TENANTS):
        at, room = book.spot(), f"SALA {number + 101}" if number % 2 else ""
        book.company(legal, other, at=at, room=room, phone=book.phone())
        phone = book.phone() if number % 3 else ""
        book.place(
            "office", sign, None, at=at, phone=phone, category=trade.category, room=f"sala {number + 301}"
        )
    for sign, trade, legal, other in BUILDING_TENANTS:
        at = book.spot()
        book.company(legal, other, at=at)
        book.place("office-bare", sign, None, at=at, category=trade.category, with_address=False)
    for trade, (mine, theirs) in zip(
        (DENTIST, LAW, BOOKS, DOCTOR, SALON, OPTICS), pairwise(book.coined()), strict=False
    ):
        at = book.spot()
        book.company(f"{upper(theirs)} {trade.legal}", trade, at=at, phone=book.phone())
        name, phone = f"{trade.sign} {mine}", book.phone()
        book.place("office-rival", name, None, at=at, phone=phone, category=trade.category)


def shopping_centre(book: Book) -> None:
    for trade, (mine, theirs) in zip(
        (CLOTHES, OPTICS, PIZZA, SALON, PHARMACY, PET), pairwise(book.coined()), strict=False
    ):
        at = book.spot()
        book.company(
            f"{upper(theirs)} CALCADOS LTDA",
            CLOTHES,
            cnae="4782201",
            at=at,
            room="LOJA 12",
            phone=book.phone(),
        )
        cnpj = book.company(
            f"{upper(mine)} {trade.legal} LTDA", trade, at=at, room="LOJA 34", phone=book.phone()
        )
        name = f"{trade.sign} {mine} - Shopping Iguaçu"
        book.place("mall", name, cnpj, at=at, room="Loja 34", phone=book.phone(), category=trade.category)
        book.company(
            f"{upper(theirs)}X COMERCIO DE CALCADOS LTDA",
            cnae="4782201",
            at=(other := book.spot()),
            room="LOJA 1",
        )
        book.place(
            "mall-none", name, None, at=other, room="Loja 56", phone=book.phone(), category=trade.category
        )


def recycled_phone(book: Book) -> None:
    for trade, other, (mine, theirs) in zip(
        TRADES, TRADES[3:] + TRADES[:3], pairwise([*book.coined(), "Aroeira"]), strict=True
    ):
        phone = book.phone()
        book.company(f"{upper(theirs)} {other.legal} LTDA", other, at=book.spot(), phone=phone)
        name, at = f"{trade.sign} {mine}", book.spot()
        book.place("recycled", name, None, at=at, phone=phone, category=trade.category)
    for trade, owner, name in zip(TRADES, OWNERS, book.coined(), strict=True):
        phone, other = book.phone(), GARAGE if trade is not GARAGE else BAKERY
        book.company(f"<root> {owner}", other, at=book.spot(), phone=phone, nature="2135")
        name = f"{trade.sign} {name}"
        book.place("recycled-mei", name, None, at=book.spot(), phone=phone, category=trade.category)
    for trade, (mine, theirs) in zip(TRADES[:6], pairwise(book.coined()[5:]), strict=True):
        phone = book.phone()
        book.company(f"{trade.legal} {upper(theirs)} LTDA", trade, at=book.spot(), phone=phone)
        name = f"{trade.sign} {mine}"
        book.place("recycled-rival", name, None, at=book.spot(), phone=phone, category=trade.category)


def branches(book: Book) -> None:
    for trade, name in zip(TRADES, book.coined(), strict=True):
        root, head, branch = book.root(), book.spot(), book.spot()
        phone = book.phone()
        legal = f"{upper(name)} {trade.legal} LTDA"
        book.company(legal, trade, at=head, phone=phone, root=root)
        cnpj = book.company(legal, trade, at=branch, root=root, order="0002")
        sign = f"{trade.sign} {name} - Filial {branch.district}"
        book.place("branch", sign, cnpj, at=branch, phone=phone, category=trade.category)
    for trade, name in zip(TRADES[:6], book.coined()[6:], strict=True):
        book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=book.spot(), phone=book.phone())
        sign, at, phone = f"{trade.sign} {name} - Unidade 2", book.spot(), book.phone()
        book.place("branch-not-loaded", sign, None, at=at, phone=phone, category=trade.category)


def franchises(book: Book) -> None:
    for trade, name in zip((CLOTHES, PHARMACY, OPTICS, GYM, PIZZA, SCHOOL), book.coined(), strict=False):
        units = [book.spot() for _ in range(3)]
        sign = f"{upper(name)} {trade.legal}"
        holders = ("GAROANO COMERCIO LTDA", "JATOBANO E FILHOS LTDA", "ESPELHANO EMPREENDIMENTOS LTDA")
        found = [
            book.company(holder, trade, sign=sign, at=at, phone=book.phone())
            for holder, at in zip(holders, units, strict=True)
        ]
        name = f"{name} {trade.sign}"
        book.place("franchise", name, found[1], at=units[1], phone=book.phone("9"), category=trade.category)
        # the next town has one unit, and another is meant
        book.company(holders[0], trade, sign=sign, at=book.spot(), phone=book.phone())
        at, phone = book.spot(), book.phone()
        book.place("franchise-not-loaded", name, None, at=at, phone=phone, category=trade.category)


def sole_owners(book: Book) -> None:
    signs = ("do Povo", "Bom Gosto", "Mania", "Toque Final", "Ponto Certo", "da Praça")
    for number, (trade, owner) in enumerate(zip(TRADES, OWNERS, strict=True)):
        at, phone = book.spot(), book.phone("9")
        legal = f"<root> {owner}" if number % 2 else f"{owner} 99993401994"
        cnpj = book.company(legal, trade, at=at, phone=phone, nature="2135")
        name = f"{trade.sign} {signs[number % len(signs)]}"
        book.place("mei", name, cnpj, at=at, phone=phone, category=trade.category)
    for trade, owner in zip(TRADES[:6], OWNERS[6:], strict=True):
        at = book.spot()
        book.company(f"<root> {owner}", trade, at=at, phone=book.phone("9"), nature="2135")
        name, phone = f"{trade.sign} Novo Tempo", book.phone("8")
        book.place("mei-neighbour", name, None, at=at, phone=phone, category=trade.category)
    for trade, owner in zip((DENTIST, PHYSIO, LAW, BARBER, SALON, DOCTOR), OWNERS[2:8], strict=True):
        cnpj = book.company(owner, trade, at=book.spot(), phone=(phone := book.phone()), nature="2135")
        first, *_, last = owner.title().split()
        book.place("professional", f"{first} {last} {trade.sign}", cnpj, phone=phone, category=trade.category)
    for trade, (mine, theirs) in zip((DENTIST, PHYSIO, LAW, BARBER), pairwise(OWNERS), strict=False):
        at = book.spot()
        book.company(f"<root> {theirs}", trade, at=at, phone=book.phone(), nature="2135")
        name = f"{mine.title()} - {trade.sign}"
        book.place("other-professional", name, None, at=at, category=trade.category)


LAW_FIRMS = (
    ("Silva & Prado Advogados", "SILVA E PRADO SOCIEDADE DE ADVOGADOS"),
    (
        "Lavradiano, Garoano & Dunasio Advogados Associados",
        "LAVRADIANO GAROANO E DUNASIO ADVOGADOS ASSOCIADOS",
    ),
    ("Nascentino Advocacia", "NASCENTINO SOCIEDADE INDIVIDUAL DE ADVOCACIA"),
    ("Escritório de Advocacia Brisolano", "BRISOLANO ADVOCACIA E CONSULTORIA JURIDICA S/S"),
    ("Maresiano e Costa - Advocacia Empresarial", "COSTA E MARESIANO SOCIEDADE DE ADVOGADOS"),
    ("Zimbroso Advogados", "ZIMBROSO & ZIMBROSO ADVOGADOS"),
)
OTHER_LAW_FIRMS = (
    ("Silva & Prado Advogados", "SILVA E CORREA SOCIEDADE DE ADVOGADOS"),
    ("Souza Advocacia", "SOUZA LIMA E FREITAS ADVOGADOS"),
    ("Lima Advogados Associados", "LIMA SOCIEDADE INDIVIDUAL DE ADVOCACIA"),
    ("Pereira & Filhos Advocacia", "PEREIRA SOCIEDADE DE ADVOGADOS"),
)


def law_firms(book: Book) -> None:
    for number, (sign, legal) in enumerate(LAW_FIRMS):
        at, phone = book.spot(), book.phone()
        cnpj = book.company(legal, LAW, at=at, room=f"SALA {number + 11}", phone=phone, nature="2232")
        seen = phone if number % 2 else ""
        book.place("law", sign, cnpj, at=at, phone=seen, category="Advogado", room=f"sala {number + 11}")
    for sign, legal in OTHER_LAW_FIRMS:
        book.company(legal, LAW, at=book.spot(), phone=book.phone(), nature="2232")
        book.place(
            "other-law", sign, None, at=book.spot(), phone=book.phone(), category="Escritório de advocacia"
        )


WRITTEN_OTHERWISE = (
    ("A.B.C. Materiais de Construção", "ABC MATERIAIS DE CONSTRUCAO LTDA", BUILDING),
    ("JR Auto Peças", "J R AUTO PECAS LTDA", PARTS),
    ("J. R. Nortiba Imóveis", "JR NORTIBA NEGOCIOS IMOBILIARIOS LTDA", HOMES),
    ("Pet Mania", "PETMANIA COMERCIO DE RACOES LTDA", PET),
    ("PetVida Dorumbra", "PET VIDA DORUMBRA LTDA", PET),
    ("Sta. Edwirga Farmácia", "FARMACIA SANTA EDWIRGA LTDA", PHARMACY),
    ("S. Valdomiro Padaria", "PANIFICADORA SAO VALDOMIRO LTDA", BAKERY),
    ("Mat. Constr. Quirelva", "QUIRELVA COM DE MATERIAIS DE CONSTRUCAO LTDA", BUILDING),
    ("Ótica Lumeranda", "OTICA LUMERANDA LTDA EM RECUPERACAO JUDICIAL", OPTICS),
    ("Construtora Serviva", "SERVIVA RESIDENCIAL SPE LTDA", Trade("", "", "4120400", "Construtora")),
    ("Farmácia Zimbrava", "COMERCIO VAREJISTA DE MEDICAMENTOS ZIMBRAVA LTDA", PHARMACY),
    (
        "Tamborela Importadora",
        "TAMBORELA IMPORTACAO E EXPORTACAO LTDA",
        Trade("", "", "4693100", "Importadora e exportadora"),
    ),
    ("Padaria Pão-de-Mel Corandela", "PAO DE MEL CORANDELA LTDA - EPP", BAKERY),
    ("Academia Fôrça Jacuniba", "FORCA JACUNIBA ACADEMIA DE GINASTICA LTDA", GYM),
    ("D'Belquiz Modas", "DBELQUIZ CONFECCOES LTDA", CLOTHES),
    ("Auto Center Ribelanda", "RIBELANDA AUTOCENTER LTDA", GARAGE),
)


def written_otherwise(book: Book) -> None:
    for number, (sign, legal, trade) in enumerate(WRITTEN_OTHERWISE):
        at, phone = book.spot(), book.phone()
        cnpj = book.company(legal, trade, at=at, phone=phone)
        seen = phone if number % 3 else book.phone("9")
        book.place("written", sign, cnpj, at=at, phone=seen, category=trade.category)


ONE_LETTER = (
    ("Churrascaria Gaúcho", "CHURRASCARIA GAUCHAO LTDA", GRILL),
    ("Barbearia do Marcos", "BARBEARIA DO MARCO LTDA", BARBER),
    ("Pizzaria Bella Lina", "PIZZARIA BELLA TINA LTDA", PIZZA),
    ("Padaria Doce Mel", "PANIFICADORA DOCE MAR LTDA", BAKERY),
    ("Ótica Norvida", "OTICA NOVIDA LTDA", OPTICS),
    ("Farmácia Carlos", "FARMACIA CARLA LTDA", PHARMACY),
    ("Valdora Modas", "VALMORA CONFECCOES LTDA", CLOTHES),
    ("Mercado Irmãos Rosa", "SUPERMERCADO IRMAOS ROSAL LTDA", MARKET),
)


def one_letter_is_another_company(book: Book) -> None:
    for number, (sign, legal, trade) in enumerate(ONE_LETTER):
        book.company(legal, trade, at=book.spot(), phone=book.phone())
        phone = book.phone() if number % 2 else ""
        book.place("one-letter", sign, None, at=book.spot(), phone=phone, category=trade.category)


def told_by_the_site(book: Book) -> None:
    for trade, name, owner in zip(TRADES, book.coined(), OWNERS, strict=True):
        domain = f"{upper(name).lower()}.example"
        legal = f"{owner.split()[-1]} E CIA LTDA"
        cnpj = book.company(legal, trade, at=book.spot(), phone=book.phone(), email=f"contato@{domain}")
        name, phone = f"{trade.sign} {name}", book.phone("9")
        book.place("site", name, cnpj, phone=phone, category=trade.category, site=f"https://www.{domain}/")
    for trade, name, owner in zip(TRADES[:5], book.coined()[5:], OWNERS, strict=False):
        at, mail = book.spot(), f"{upper(trade.sign + name).lower().replace(' ', '')}@gmail.example"
        cnpj = book.company(f"<root> {owner}", trade, at=at, nature="2135", email=mail)
        book.place("mail", f"{trade.sign} {name}", cnpj, at=at, category=trade.category)


def accountants(book: Book) -> None:
    """The registry has the accountant's phone; the accountant's own place has it too."""
    for name in book.coined()[:4]:
        phone, office = book.phone(), book.spot()
        cnpj = book.company(f"{upper(name)} CONTABILIDADE S/S", BOOKS, at=office, phone=phone)
        clients = [
            book.company(f"{upper(client)} {trade.legal} LTDA", trade, at=book.spot(), phone=phone)
            for trade, client in zip(TRADES, book.coined()[4:], strict=False)
        ]
        at = book.spot()
        mine = book.company(f"{upper(name)}ZA PADARIA LTDA", BAKERY, at=at, phone=phone)
        assert clients
        book.place("accountant", f"{name} Contabilidade", cnpj, at=office, phone=phone, category="Contador")
        book.company(f"{upper(name)} CONTABILIDADE LTDA", BOOKS, phone=(own := book.phone()), at=book.spot())
        at = book.spot()
        client = book.company(f"{upper(name)}RA PADARIA LTDA", BAKERY, at=at, phone=own)
        book.place("client", f"Padaria {name}ra", client, at=at, phone=book.phone("9"), category="Padaria")
        assert mine


def longer_signs(book: Book) -> None:
    for number, (trade, name) in enumerate(zip(TRADES, book.coined(), strict=True)):
        at, phone, town = book.spot(), book.phone(), book.town()
        cnpj = book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=at, phone=phone)
        tails = (f"em {town.name}", f"| {at.district}", "- O melhor da cidade", "- Aberto 24 horas")
        name = f"{name} {trade.sign} {tails[number % 4]}"
        seen = phone if number % 2 else ""
        book.place("slogan", name, cnpj, at=at, phone=seen, category=trade.category)


def trade_on_file(book: Book) -> None:
    """The right trade is only a secondary activity, or an old one is on file."""
    for trade, other, name in zip(TRADES[:6], TRADES[6:], book.coined(), strict=False):
        at, phone = book.spot(), book.phone()
        cnpj = book.company(
            f"{upper(name)} COMERCIO LTDA", cnae=other.cnae, other_cnaes=(trade.cnae,), at=at, phone=phone
        )
        book.place("secondary", f"{trade.sign} {name}", cnpj, at=at, phone=phone, category=trade.category)
        at, phone = book.spot(), book.phone()
        cnpj = book.company(f"{trade.legal} {upper(name)} LTDA", cnae=other.cnae, at=at, phone=phone)
        book.place("old-cnae", f"{trade.sign} {name}", cnpj, at=at, phone=phone, category=trade.category)


def name_and_trade_alone(book: Book) -> None:
    for trade, name in zip(TRADES, book.coined(), strict=True):
        cnpj = book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=book.spot(), phone=book.phone())
        book.place("unique", f"{trade.sign} {name}", cnpj, category=trade.category)


def moved(book: Book) -> None:
    for trade, name in zip(TRADES, book.coined(), strict=True):
        phone = book.phone()
        cnpj = book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=book.spot(), phone=phone)
        name, at = f"{trade.sign} {name}", book.spot()
        book.place("moved", name, cnpj, at=at, phone=phone, category=trade.category)


def odd_numbers(book: Book) -> None:
    numbers = ("1000 sala 12", "nº 55", "100 A", "1.200", "0320", "77-B")
    for trade, name, number in zip(TRADES, book.coined(), numbers, strict=False):
        at = book.spot()
        plain = "".join(c for c in number.split(" sala")[0] if c.isdigit()).lstrip("0")
        cnpj = book.company(
            f"{upper(name)} {trade.legal} LTDA", trade, at=at, number=plain, phone=book.phone()
        )
        sign, phone = f"{trade.sign} {name}", book.phone("9")
        book.place("number", sign, cnpj, at=at, number=number, phone=phone, category=trade.category)


def odd_phones(book: Book) -> None:
    for trade, name, tail in zip(
        TRADES, book.coined(), (" ramal 22", "/35", " R 22", " / 98888-7777"), strict=False
    ):
        phone, town = book.phone(), book.town()
        cnpj = book.company(f"{upper(name)} E CIA LTDA", trade, at=book.spot(), phone=phone)
        written = f"({town.area_code}) {phone[:4]}-{phone[4:]}{tail}"
        book.place("phone", f"{trade.sign} {name}", cnpj, phone=written, category=trade.category)


def closed(book: Book) -> None:
    for trade, name in zip(TRADES[:6], book.coined(), strict=False):
        at, phone = book.spot(), book.phone()
        book.company(f"{upper(name)} {trade.legal} LTDA", trade, at=at, phone=phone, status="08")
        book.place("closed", f"{trade.sign} {name}", None, at=at, phone=phone, category=trade.category)


def one_owner_two_companies(book: Book) -> None:
    for one, other, name in zip(TRADES[:6], TRADES[6:], book.coined(), strict=False):
        at, phone = book.spot(), book.phone()
        book.company(f"{upper(name)} {other.legal} LTDA", other, at=at, phone=phone)
        cnpj = book.company(f"{upper(name)} {one.legal} LTDA", one, at=at, phone=phone)
        book.place("one-owner", f"{one.sign} {name}", cnpj, at=at, phone=phone, category=one.category)


def strangers(book: Book) -> None:
    for trade, (mine, theirs) in zip(TRADES, pairwise([*PLAIN, "Moderna", "Popular", "Real"]), strict=True):
        book.company(f"{trade.legal} {upper(theirs)} LTDA", trade, at=book.spot(), phone=book.phone())
        name, at, phone = f"{trade.sign} {mine}", book.spot(), book.phone()
        book.place("stranger", name, None, at=at, phone=phone, category=trade.category)


SINGLE = (
    # kind, sign, category, what the place has of the company's: d door, p phone, D another door, P another phone
    ("same", "Encanto da Terra Floricultura", "Floricultura", "dP", "ENCANTO DA TERRA FLORES E PLANTAS LTDA", "", "4789002", ""),
    ("same", "Café com Prosa", "Cafeteria", "d", "CAFE COM PROSA LANCHONETE LTDA", "", "5611203", ""),
    ("same", "Lava Jato do Bigode", "Lava-rápido", "dp", "CLEITON NEBLINARO 99993401994", "", "4520005", "2135"),
    ("same", "Colégio Passo Seguro", "Escola particular", "dP", "CENTRO DE ENSINO PASSO SEGURO LTDA", "", "8513900", ""),
    ("same", "Supermercado Bom Preço do Bairro", "Supermercado", "dp", "GAROANO E DUNASIO COMERCIO DE ALIMENTOS LTDA", "", "4711302", ""),
    ("same", "Restaurante Fogão da Nona", "Restaurante", "p", "ZIMBROSO & CIA LTDA", "FOGAO DA NONA", "5611201", ""),
    ("same", "Dr. Otávio Espelhano - Ortopedista", "Ortopedista", "d", "OTAVIO ESPELHANO SERVICOS MEDICOS LTDA", "", "8630503", ""),
    ("same", "Studio Fernanda Alambarino", "Salão de beleza", "Dp", "FERNANDA ALAMBARINO", "", "9602501", "2135"),
    ("same", "Hotel Pousada Rio Manso Alto", "Hotel", "dP", "RIO MANSO ALTO HOTELARIA E TURISMO LTDA", "", "5510801", ""),
    ("same", "Posto Trevo da Serrania", "Posto de combustível", "dP", "TREVO DA SERRANIA COMERCIO DE COMBUSTIVEIS LTDA", "", "4731800", ""),
    ("same", "Vidraçaria Cristal Fino", "Vidraçaria", "dp", "CRISTAL FINO VIDROS TEMPERADOS LTDA", "", "4743100", ""),
    ("same", "Gráfica Rápida Tinta Viva", "Gráfica", "P", "TINTA VIVA IMPRESSOS GRAFICOS LTDA", "", "1813099", ""),
    ("same", "Sorveteria Polo Gelado", "Sorveteria", "dP", "POLO GELADO INDUSTRIA E COMERCIO DE SORVETES LTDA", "", "1053800", ""),
    ("same", "Imobiliária Chave de Ouro Negro", "Imobiliária", "d", "CHAVE DE OURO NEGRO EMPREENDIMENTOS IMOBILIARIOS SPE LTDA", "", "6810203", ""),
    ("same", "A.B.C. Tintas", "Loja de tintas", "", "A B C TINTAS LTDA", "", "4741500", ""),
    ("same", "J&E Contabilidade", "Contador", "", "J E CONTABILIDADE LTDA", "", "6920601", ""),
    ("same", "Prado Lima Advogados", "Escritório de advocacia", "", "PRADO LIMA SOCIEDADE DE ADVOGADOS", "", "6911701", ""),
    ("same", "Bar do Bigode", "Bar", "dp", "SEBASTIAO LAVRADIANO", "", "5611204", "2135"),
    ("same", "Mecânica Rota 40", "Oficina mecânica", "dp", "<root> WAGNER JATOBANO", "", "4520001", "2135"),
    ("same", "Ateliê Ponto e Linha", "Costureira", "dp", "<root> ROSANGELA DUNASIO", "", "1412602", "2135"),
    ("none", "Bar do Bigode", "Bar", "Dp", "DISTRIBUIDORA DE BEBIDAS MANTEIGUEIRA LTDA", "", "4635402", ""),
    ("none", "Café com Prosa", "Cafeteria", "DP", "CAFE COM PROSA LANCHONETE LTDA", "", "5611203", ""),
    ("none", "Restaurante Fogão da Nona", "Restaurante", "DP", "GAROANO RESTAURANTES LTDA", "FOGAO DA NONA", "5611201", ""),
    ("none", "Restaurante Tempero da Nona", "Restaurante", "DP", "RESTAURANTE FOGAO DA NONA LTDA", "", "5611201", ""),
    ("none", "Colégio Passo Seguro", "Escola particular", "DP", "AUTOESCOLA PASSO SEGURO LTDA", "", "8599601", ""),
    ("none", "Vidraçaria Cristal Fino", "Vidraçaria", "D", "CRISTAL FINO JOIAS LTDA", "", "4783101", ""),
    ("none", "Dr. Otávio Espelhano - Ortopedista", "Ortopedista", "d", "OTAVIO NEBLINARO CONTABILIDADE LTDA", "", "6920601", ""),
    ("none", "Dr. Otávio Espelhano", "Médico", "dP", "MARIANA ESPELHANO SERVICOS MEDICOS LTDA", "", "8630503", ""),
    ("none", "Hotel Pousada Rio Manso", "Hotel", "DP", "RIO MANSO MATERIAIS DE CONSTRUCAO LTDA", "", "4744099", ""),
    ("none", "Lanchonete da Praça", "Lanchonete", "d", "FARMACIA DA PRACA LTDA", "", "4771701", ""),
    ("none", "Loja Encanto", "Loja de roupas", "dP", "ENCANTO PERFUMARIA LTDA", "", "4772500", ""),
    ("none", "Sapataria Pé Quente", "Loja de calçados", "d", "LOTERICA PE QUENTE LTDA", "", "8299706", ""),
    ("none", "Academia Força Total", "Academia", "p", "FRIGORIFICO BOI GORDO LTDA", "", "1011201", ""),
    ("none", "Studio Fernanda Alambarino", "Salão de beleza", "dP", "FERNANDA MONTESSERRINO", "", "9602501", "2135"),
    ("none", "Advocacia Prado", "Advogado", "DP", "PRADO LIMA SOCIEDADE DE ADVOGADOS", "", "6911701", ""),
    ("none", "Padaria Trigo Real", "Padaria", "DP", "PADARIA TRIGO LEAL LTDA", "", "4721102", ""),
)  # fmt: skip


def single_pairs(book: Book) -> None:
    for kind, sign, category, shared, legal, trade_name, cnae, nature in SINGLE:
        at, phone = book.spot(), book.phone()
        has_data = kind == "none" or bool(shared)
        cnpj = book.company(
            legal, sign=trade_name, at=at if has_data else None, phone=phone if has_data else "",
            cnae=cnae, nature=nature or "2062",
        )  # fmt: skip
        seen_at = at if "d" in shared else book.spot() if "D" in shared else None
        seen = phone if "p" in shared else book.phone("9") if "P" in shared else ""
        label = cnpj if kind == "same" else None
        book.place(f"single-{kind}", sign, label, at=seen_at, phone=seen, category=category)


PATTERNS = (
    same_in_every_way, same_name_and_door_other_phone, same_plain_name_and_door, wrong_postal_code,
    namesake_in_the_city, namesake_of_a_rare_name, namesake_and_the_real_one, namesake_of_another_city,
    same_word_other_trade, office_building, shopping_centre, recycled_phone, branches, franchises, sole_owners,
    law_firms, written_otherwise, one_letter_is_another_company, told_by_the_site, accountants, longer_signs,
    trade_on_file, name_and_trade_alone, moved, odd_numbers, odd_phones, closed, one_owner_two_companies, strangers,
    single_pairs,
)  # fmt: skip
TAILS = (
    *(
        "dora",
        "tiba",
        "umbra",
        "elva",
        "orela",
        "uniba",
        "elanda",
        "iva",
        "eranda",
        "brava",
        "andela",
        "iquiz",
    ),
    *(
        "areva",
        "olina",
        "edrosa",
        "ismar",
        "ontela",
        "urema",
        "adiva",
        "ezoro",
        "imbalda",
        "oquira",
        "unelo",
        "avessa",
    ),
)
