"""Sentences that ask or command: their numbers are no values (PRODUCT.md §5.5)."""

import re

from whatsapp.reading.canvas import Canvas

_SENTENCE = re.compile(r"[^.!?\n]*(?:\.(?=\S)[^.!?\n]*)*[.!?\n]?")
REQUEST = re.compile(
    r"\b(?:faz\w*|faca|emit\w+|emissao|ger(?:a|ar|e)|tir(?:a|ar|e)|lanc\w+|solt\w+|mand(?:a|ar|e)|"
    r"prepar\w+|precis\w+|quer(?:o|ia)|gostaria|solicit\w+|bot(?:a|ar)|cri(?:a|ar)|roda\w*)\b[^.?!\n]*?"
    r"\b(?:nota|notas|notinha|nf|nfe|nf-e|nfs-?e|nota fiscal)\b"
)
_CHANGE = re.compile(
    r"\b(?:mud(?:a|ar|e)|troc(?:a|ar|ue)|alter(?:a|ar|e)|corrig\w+|coloc(?:a|ar|que)|bot(?:a|ar|e)|poe|"
    r"por|deixa(?:r)?|arrum\w+|ajust\w+)\b[^?]*\b(?:pra|para|por|em|de|d[oa])\b"
)
_ASKING = re.compile(
    r"^\s*(?:e |mas |oi |ola |opa |bom dia |boa tarde |boa noite |uma duvida |duvida |"
    r"so uma duvida )*[,: ]*(?:qual|quais|quanto|quanta|quantas|quantos|quando (?:sai|fica|chega|vai|"
    r"posso|que)|onde|por que|porque|pq|como (?:e|eh|faco|que|funciona|funfa|fica|eu)|"
    r"voces|vcs|vc |voce |tem como|da pra|da para|posso|pode (?:ser )?(?:cpf|com|sem|por)|precisa|"
    r"sera que|serve|existe|o que|oq|que (?:cnpj|valor|dado|descricao)|quem|cade|ja saiu|saiu|ja foi|"
    r"ainda)\b"
)
_EXAMPLE = re.compile(r"^\s*(?:tipo|por exemplo|exemplo|ex|como)\b")
_COMMAND_NUMBER = re.compile(
    r"\b(?:pdf|xml|segunda via|2ª? ?via|2a via|danfse?|cancel\w+|anul\w+|"
    r"estorn\w+)\b[^,;.!?\n\x00]{0,24}?\b(?:nota|numero|n|nº|da|a|de|nf|"
    r"nfs-?e)\s*(?:n[º°.]?\s*)?#?\d{1,7}\b(?![\d./-]*\d)"
)
_LISTING = re.compile(r"\b(?:minhas|ultimas) notas\b[^,;.!?\n]{0,30}")
_CLAUSE_END = re.compile(r"[,;.!?\n\x00]")
_NOTE_NUMBER = re.compile(
    r"\b(?:a|da|na|essa|esta|minha|aquela) (?:nota|nf|nfs-?e) (?:n[º°.]?\s*|"
    r"numero )?\d{1,7}\b(?=,? (?:saiu|foi|veio|esta|ta|ficou|tem|que|do dia|de ontem|nao))"
)
_DIGITS = re.compile(r"\d[0-9a-z./ -]{9,}\d")
REPEAT = re.compile(
    r"\b(?:(?:a |o |as |os )?mesm[ao]s?(?: coisas?| notas?| dados?| nf| servicos?|"
    r" valor(?:es)?)?(?: (?:d[aoe]|que|de) (?:mes (?:passado|anterior|retrasado)|ultim[ao](?: nota|"
    r" vez| mes)?|sempre|outra vez|outro mes|costume|semana passada|fiz|fizemos))|"
    r"igual(?:zinh[ao])?(?: a| ao| na| no)?(?: d[ao])? (?:mes (?:passado|anterior)|ultima(?: nota|"
    r" vez)?|outra|de sempre|anterior)|igual a(?: nota)? d[ao] mes (?:passado|anterior)|"
    r"repet\w+(?: (?:a|o|essa|esta|minha))?(?: (?:ultima|mesma|nota|do mes passado|"
    r"da ultima))*(?: nota)?|copia (?:d?a )ultima|o de sempre|a de sempre|ultima nota de novo|(?:emite|"
    r"emitir|faz|fazer|manda|gera) de novo)\b"
)


def take_questions(canvas: Canvas) -> bool:
    """Mark the sentences that only ask. Returns whether there was one."""
    asked = False
    for match in list(_SENTENCE.finditer(canvas.plain)):
        sentence = match[0]
        if not sentence.strip():
            continue
        if asked and _EXAMPLE.match(sentence):
            canvas.take(*match.span())
        elif (
            _is_question(sentence) and not _wants_something(sentence) and not _DIGITS.search(sentence)
        ) or _asks_about_kinds(sentence):
            asked = True
            canvas.take(*match.span())
    return asked


def take_commands(canvas: Canvas) -> bool:
    """Mark a command about an issued note ("manda o pdf da 2300") and the words of a repetition."""
    before = len(canvas.taken)
    for match in list(_COMMAND_NUMBER.finditer(canvas.plain)):
        canvas.take(*_whole_clause(canvas.plain, match))
    canvas.take_all(_NOTE_NUMBER)
    canvas.take_all(_LISTING)
    canvas.take_all(REPEAT)
    return len(canvas.taken) > before


def _whole_clause(plain: str, match: re.Match[str]) -> tuple[int, int]:
    """Return where the clause around a command begins and ends."""
    before = _CLAUSE_END.split(plain[: match.start()])[-1]
    behind = _CLAUSE_END.split(plain[match.end() :], maxsplit=1)[0]
    return match.start() - len(before), match.end() + len(behind)


def _wants_something(sentence: str) -> bool:
    return REQUEST.search(sentence) is not None or _CHANGE.search(sentence) is not None


def _is_question(sentence: str) -> bool:
    return sentence.rstrip().endswith("?") or _ASKING.match(sentence) is not None


def _asks_about_kinds(sentence: str) -> bool:
    """Whether the sentence asks what can be issued: "vocês emitem nota de produto?"."""
    is_asked = _is_question(sentence) and not _DIGITS.search(sentence)
    return (
        is_asked
        and re.search(
            r"\b(?:voces|vcs|da pra|posso|pode|tem como|consigo|quanto|qual|quais|como|"
            r"precisa)\b[^?]*\b(?:produto|mercadoria|nf-?e|nfc-?e|venda|cpf|pessoa fisica|imposto|iss|"
            r"parcel\w+|outro mes|estrangeir\w+|exterior|taxa|custa|demora|"
            r"quantas)\b",
            sentence,
        )
        is not None
    )
