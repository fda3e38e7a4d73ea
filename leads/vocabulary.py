"""Words and domains that identify no company, or many. Folded (core.text.fold); trade words also singular."""

from functools import lru_cache

from core.text import word_set
from leads.trades import trade_phrases

COMPANY_FORMS = word_set("""
    cia companhia ei eireli epp individual limitada ltda me mei microempreendedor microempresa sa sc scp
    simples slu sociedade spe ss unipessoal
""")
CONNECTORS = word_set("a ao aos as com da das de do dos e em na nas no nos o os ou para por pra")
FREEMAIL = word_set("""
    aol bol globo globomail gmail googlemail hotmail icloud ig live mail me msn oi outlook pop proton
    protonmail r7 rocketmail superig terra uol yahoo ymail zipmail
""")
"""First label of the domain, whatever follows it."""

PLATFORMS = word_set("""
    abre anota bio business canva doctoralia facebook fb goo google ifood instagram jusbrasil linkedin
    linktr mercadolivre negocio olx sites tiktok twitter wa whatsapp wixsite wordpress x youtube
""")
"""Any label of the host: social networks, shops and page builders."""

BUSINESS_WORDS = word_set("""
    artigo assessoria associada associado atacadista atacado atendimento br brasil brasileira brasileiro
    casa centro comercial comercializacao comercio companhia consultoria consultorio distribuicao
    distribuidor distribuidora doutor doutora dr dra empreendimento empresa empresarial equipamento espaco
    especialista especializada especializado exportacao exportadora fabrica fabricacao filial franquia geral
    grupo importacao importadora industria industrial instituto loja manutencao material matriz negocio
    oficial participacao participacoe prestacao prestadora produto profissionai profissional rede sala
    servico shop shopping sociedade solucao store studio suprimento unidade varejista varejo
""")
"""What a company is or does in general; left out before names are compared."""

FIRST_NAMES = word_set("""
    adriana adriano afonso alessandra alessandro alex alexandra alexandre alice aline amanda ana anderson
    andre andrea andreia angela anita antonia antonio aparecida arthur artur augusto beatriz benedito
    bernardo bianca brenda bruna bruno caio camila carla carlos carolina caroline cecilia celia celso cesar
    cicero cintia clara claudia claudio cleber cristiane cristiano cristina daiane daniel daniela danielle
    danilo davi david debora denis denise diana diego dirceu douglas edna edson eduarda eduardo elaine
    eliana eliane elias elisa elisangela elton emerson erica erika ester eva evandro everton fabiana fabiano
    fabio fabricio felipe fernanda fernando flavia flavio francisca francisco gabriel gabriela geovana
    geraldo gilberto gilmar giovana giovanni gisele guilherme gustavo heitor helena helio henrique hugo igor
    isabel isabela ivan jaime jair janaina jean jessica joana joao joaquim joel jonas jonathan jorge jose
    josefa josiane joyce julia juliana juliano julio karen karina katia kelly lais larissa laura lauro
    leandro leila leonardo leticia lidia lilian lorena lourdes luan luana lucas lucia luciana luciano lucio
    luis luiz luiza lurdes maicon maisa manoel manuel mara marcela marcelo marcia marcio marco marcos maria
    mariana marilia marina mario maristela marta mateus matheus mauricio mauro michel michele miguel milena
    milton miriam monica murilo nadia natalia nathalia neide nelson neusa nicolas nilson nilton odair olga
    orlando oscar osvaldo otavio patricia paula paulo pedro priscila rafael rafaela raimunda raimundo raquel
    raul regina reginaldo renan renata renato ricardo rita roberta roberto robson rodolfo rodrigo rogerio
    romulo ronaldo rosa rosana rosangela rose roseli rubens samuel sandra sara sebastiao sergio severino
    sidnei silvana silvia silvio simone solange sonia suelen suzana tadeu tais tamires tania tatiana tatiane
    teresa tereza thais thales thiago tiago valdir valeria valter vanda vanessa vera veronica vicente victor
    vinicius vitor vitoria viviane wagner waldir walter wanderley wellington wesley william wilson yara
    yasmin yuri zelia
""")
SURNAMES = word_set("""
    abreu aguiar albuquerque almeida alves amaral amorim andrade antunes araujo arruda assis azevedo barbosa
    barreto barros bastos batista bezerra borges braga brandao brito bueno cabral caldas camargo campos
    cardoso carneiro carvalho castro cavalcante cavalcanti chagas coelho cordeiro correa correia costa couto
    cruz cunha damasceno dantas dias diniz domingues duarte dutra esteves farias fernandes ferraz ferreira
    figueiredo fonseca fontes franca franco freire freitas furtado galvao garcia gomes goncalves guedes
    guerra guimaraes jesus junior lacerda leal leao leite leme lemos lima lins lopes luz macedo machado
    maciel magalhaes maia marinho marques martins matos mattos medeiros meireles mello melo mendes mendonca
    menezes mesquita miranda monteiro moraes morais moreira mota moura muniz nascimento neto neves nogueira
    nunes oliveira pacheco paiva passos peixoto pereira peres pimenta pinheiro pinto pires porto prado
    queiroz ramos rangel reis rezende ribeiro rocha rodrigues sa sales salgado sampaio santana santiago
    santos serra silva silveira simoes siqueira soares sobrinho sousa souza tavares teixeira teles torres
    trindade valente vargas vasconcelos vasques vaz veiga ventura viana vidal vieira xavier
""")
PLAIN_NAMES = word_set("""
    adonai agape aguia alfa alianca alpha alto alvorada amazonas america amiga amigo amor anjo aquarela
    araras arco arte aurora avenida azul bahia beija bela belas belo bem beta boa boas bom bons branca
    branco brasilia brisa cachoeira campo campos canaa cantinho capital caseiro catarina cearense centauro
    central champion charme cia cidade clube colina colonial compadre confianca conquista continental
    copacabana coracao cristal cruzeiro delta diamante digital divina divino doce dois dona dourada dourado
    eden eldorado elegance elite esmeralda esperanca esquina estacao estilo estrela eterna europa evolucao
    excelencia express extra familia fatima fe feliz fenix fiel filho filhos flor flores floresta fonte
    fortaleza forte foz futura futuro gaucha gaucho globo gloria gold graca gran grande guarani harmonia
    horizonte ideal iguacu imperador imperial imperio independencia ipe ipiranga irma irmao irmaos itapua
    jardim jb jc jd jl jm jr js juventude karisma lago lapa laranjeiras leao lider linda lindo litoral livre
    lua lucas lux luz maanaim mania mar maravilha marina master max maxi mega mestre mil mineira mineiro
    modelo moderna moderno monte morumbi multi mundial mundo nacional natal natural natureza nobre nordeste
    norte nossa nova novo nucleo nunes oasis oceano oeste ok oliveira omega opcao oriente original ouro
    padrao paineiras paiol palace paladar palmeira palmeiras panorama paraiso parque paulista paz pedra
    pedras perfeita perfeito perola personal pinheiro pinheiros planalto planeta plaza ponto popular porto
    praca praia prata preco preferida premium prima primavera prime princesa principal progresso
    prosperidade quality rainha real recanto recreio regional rei reis renascer rio riviera roma rosa
    rosario rota royal rural sabor safira saint santa santo sao saude savana select senhora serra serrana
    shalom sigma silva sinai sol sonho sorriso star sul suprema supremo top total tradicao tres trevo
    triangulo tropical tudo uniao unica unico universal universo util vale vanguarda veneza verao verde vida
    vila vip visao vista vitoria viva zen zona
""")
"""Words that very many companies are called: alike, they tell little."""

GIVEN_WORDS = FIRST_NAMES | SURNAMES | PLAIN_NAMES


@lru_cache(maxsize=1)
def trade_words() -> frozenset[str]:
    """Single words that name a trade: "padaria", "odontologia"."""
    return frozenset(phrase[0] for phrase in trade_phrases() if len(phrase) == 1)


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Words by which nobody is looked for: of business, of trades, of company forms, and connectors."""
    words = BUSINESS_WORDS | trade_words() | COMPANY_FORMS | CONNECTORS
    return words | {f"{word}s" for word in words}


def indexed_out_words() -> frozenset[str]:
    """What the registry's index of words leaves out: common words, and freemail as "@gmail"."""
    return common_words() | {f"@{label}" for label in FREEMAIL}
