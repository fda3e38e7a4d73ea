"""The lists of PRODUCT.md §5.7 with regional words and slips. No entry is a spelling of another word.

Everything is compared by `phrases.compare`: without accents, case, punctuation, stretched letters, skin tones.
A line holds one kind of phrase; "/" parts phrases.
"""

YES = """
sim / s / ss / sss / sim sim / si / ssim / sin / simm / sims / yes / ok / okay / okey / okei / oki / confirmo / confirma / confirmar / confirmado / confirmada / confirmadissimo / confirmo sim / ta confirmado / esta confirmado
pode / pode sim / pode emitir / pode mandar / pode fazer / pode ir / pode gerar / pode soltar / pode seguir / pode prosseguir / pode lancar / pode faturar / pode enviar / pode confirmar / pode tirar / podi / pdoe
pode emitir sim / pode mandar sim / pode fazer sim / pode mandar ver / pode tocar / pode mandar bala / podes / podes emitir / podes mandar / pode emiti / pode manda / pode emitir a nota / pode emitir essa nota
manda / mande / mandar / manda ver / manda sim / manda bala / mete bala / manda a nota / manda brasa / toca ficha / emite / emita / emitir / emite sim / emite a nota / emite essa nota / gera / gere / gerar / gera a nota / solta / solta a nota / envia / prossiga / prosseguir
isso / isso mesmo / isso ai / isso ae / issae / isso ai mesmo / e isso / e isso mesmo / e isso ai / isso isso / isto / isto mesmo / isso msm / eh isso / eh isso mesmo / eh isso ai / isso sim
exato / exatamente / certo / certinho / certissimo / ta certo / esta certo / tudo certo / ta tudo certo / esta tudo certo / tudo certinho / ta certinho / correto / corretissimo / ta correto / esta correto / tudo correto / ta tudo correto / esta tudo correto
positivo / afirmativo / claro / claro que sim / e claro / com certeza / ctz / com ctz / certeza / sem duvida / sem duvidas / logico / beleza / blz / blza / belesa / belza / beleza pura / fechado / fechou / perfeito / ta perfeito / esta perfeito / tudo perfeito / bora / bora la / simbora / vamos / vamo / vamos la
aham / aha / ahan / uhum / uhun / arram / ta ok / esta ok / tudo ok / ta bom / esta bom / joia / ta joia / de acordo / concordo / aprovado / aprovo / autorizo / autorizado / combinado / ta bueno / bueno / dale / ja e / fechadissimo
quero sim / quero que emita / pode crer / bele / blz pode / pode meter bala
"""
YES_EMOJI = "👍👌✅🆗☑✔💯"
CONFIRMING = """
nada a mudar / nao muda nada / sem mudanca pode emitir / nao tem erro nenhum
"""
NO = """
nao / n / nn / nao quero / nao emite / nao emita / nao emitir / nao precisa / nao confirmo / nao confirma / nao confirmar / negativo / nada disso / nop / nope / nananinanao / nem / nem pensar / nem a pau / jamais / nunca
nao pode / nao pode emitir / nao manda / nao mande / nao faz / nao faca / nao gera / nao esta certo / nao ta certo / nao e isso / nao ta correto / nao esta correto / nao autorizo / nao aprovo / claro que nao / de jeito nenhum / de forma nenhuma / ainda nao / agora nao / nao e / num / num quero / naum / noa / nao mesmo
"""
NO_EMOJI = "👎❌🚫⛔✖🙅"
CANCEL = """
cancelar / cancela / cancele / cancelem / cancelado / cancela tudo / cancelar tudo / cancelar nota / cancela nota / cancelar a nota / cancela a nota / cancele a nota / cancelar pedido / cancelar o pedido / cancela o pedido / cancela isso / cancela essa / cancela ai / canelar / cancelra / cacelar / cancelaa / candela tudo / cancel
desisto / desistir / desisti / desistido / deixa / deixa pra la / deixa para la / deixa quieto / deixa baixo / deixe / deixe pra la / dexa / dexa pra la / dexa quieto / esquece / esqueca / esquece isso / esquece tudo / esquece essa / apaga / apaga tudo / apague / apaga isso / anula / anular / anule
para / para tudo / para ai / pare / parar / para com isso / sair / nao quero mais / n quero mais / nao precisa mais / nao vou querer mais / nao vou mais querer / num quero mais / larga mao / abortar / aborta / abandonar / aborte / interrompe
"""
CANCEL_WRAPPERS = """
da nota / dessa nota / desta nota / do pedido / desse pedido / quero / queria / gostaria de / pode / pode ser / podes / vou / vamos / prefiro / melhor / preciso / favor / a nota / essa nota / esta nota / a nf / nota / tudo / isso / isso ai / esse pedido / o pedido / a emissao / entao / ai / essa / de vez / mesmo / agora / ja / me / por enquanto
"""
POLITE = """
por favor / porfavor / pf / pfv / pfvr / pfavor / por gentileza / obrigado / obrigada / obrigadao / obrigadinho / brigado / brigada / obg / obgd / muito obrigado / muito obrigada / mt obrigado / mto obrigado / vlw / valeu / valeuu / grato / grata / agradeco / agradecido / agradecida / desde ja agradeco / tks / thanks / gracias
bom dia / boa tarde / boa noite / amigo / amiga / querido / querida / meu querido / minha querida / chefe / patrao / moco / moca / mano / tche / guri / guria / parceiro / irmao / meu amigo / minha amiga / senhor / senhora / seu moco / compadre / doutor / doutora / dr / dra / cara / veio / meu bem / bah / uai / oxe / assistente / robo / bot / nitro / seu robo / gente / pessoal
ai / ae / entao / por mim / da minha parte / abraco / abracos / abs / bjs / viu / la / pra mim / oi / ola / opa
"""
POLITE_AFTER_YES = """
a nota / essa nota / esta nota / a nf / a nfse / a nota fiscal / ja / agora / logo / mesmo / tudo / ela / essa / assim / assim mesmo
"""
POLITE_EMOJI = "🙏😊🙂😀😃😄😁😉🤝👏💪❤💚💙🎉🚀🤗😎🙌😅"
NEVER_YES = """
talvez / acho que sim / acho / depois / espera / perai / pera ai / pera / calma / ja confirmo / quase / sim e nao / sim ou nao / claro que nao / mais ou menos / sim mas / sei la / nao sei / pode ser que sim / quem sabe / amanha / ainda nao / um momento / so um minuto / ja volto / vou ver / deixa eu ver / deixa ver / aguarda / aguarde / guenta ai / segura / confirmo depois / depois confirmo / acho que nao / vou conferir
"""
CUES = """
na verdade / corrige / corrigir / corrija / corrigindo / correcao / muda / mudar / mude / mudou / mudanca / troca / trocar / troque / alterar / altera / altere / ajusta / ajustar / arruma / arrumar / arrume / errado / errada / ta errado / esta errado / ta errada / esta errada / incorreto / incorreta / errei / me enganei / nao e / o certo e / o correto e / em vez de / ao inves de / quis dizer / queria dizer / so que / mas / porem / bota / coloca / poe / substitui / retifica / faltou / diferente
"""
KEEP_OLD = """
deixa como estava / deixa como ta / deixa como esta / deixa assim / mantem / mantenha / manter / mantem assim / mantem como estava / fica como esta / fica como ta / fica como estava / deixa o anterior / deixa o antigo / pode deixar como estava / deixa o que tava / deixa o mesmo / mantem o anterior / mantem o valor / mantem o mesmo
"""
RETRY = """
tentar de novo / tenta de novo / tente de novo / tentar novamente / tente novamente / tenta novamente / reenviar / reenvia / reenvie / tenta outra vez / tentar outra vez / tenta dnv / tenta mais uma vez / vamos tentar de novo / pode tentar de novo / quero tentar de novo
"""
RESUME = """
continuar / continua / continue / retomar / retoma / retome / voltar para a nota / voltar pra nota / vamos continuar / quero continuar / pode continuar / bora continuar / prosseguir com a nota / seguir / voltar a nota / continuar a nota / continuar nota
"""
REPEAT = """
repetir / repete / repita / repete a ultima / repetir a ultima / repete a ultima nota / repetir ultima nota / repetir a ultima nota / repete ultima / repete a nota / repetir nota / mesma nota / a mesma nota / igual a ultima / igual a ultima nota / igual a do mes passado / igual do mes passado / igual mes passado / igual ao mes passado / emite de novo / emitir de novo / emite novamente / a mesma / a mesma do mes passado / mesma do mes passado / a mesma da ultima vez / mesma da ultima vez / faz de novo / faz igual a ultima / faz igual / a mesma de sempre / o mesmo de sempre / a de sempre / o de sempre / mesma coisa / mesma coisa do mes passado / mesma coisa da ultima vez / a mesma coisa / nota igual a ultima / quero repetir / quero repetir a ultima / quero repetir a ultima nota / pode repetir / pode repetir a ultima / repete pra mim / repete a do mes passado / repetir a do mes passado / copia a ultima / mesmo do mes passado / a nota de sempre / nota de sempre / a ultima de novo / emite a mesma / emite a mesma nota / faz a mesma nota / faz a mesma / manda a mesma / repete a anterior / repetir a anterior / igual a anterior / emite outra igual / faz outra igual / outra igual / mais uma igual
"""
LIST = """
minhas notas / ultimas notas / as ultimas notas / lista de notas / listar notas / lista minhas notas / ver minhas notas / ver notas / notas emitidas / minhas nfs / notas do mes / notas desse mes / notas deste mes / quais notas emiti / quais notas eu emiti / quantas notas emiti / quantas notas eu emiti / quantas notas eu fiz / quantas notas fiz / quantas notas ja emiti / quantas notas tirei / quanto emiti / quanto ja emiti / quanto faturei / quanto ja faturei / total do mes / total de notas / relatorio de notas / extrato de notas / historico de notas / historico / minhas notas fiscais / mostra minhas notas / me mostra minhas notas / quero ver minhas notas / lista as notas / liste minhas notas / notas / mostrar notas / notas de / resumo do mes
"""
STATUS = """
status / situacao / cade minha nota / cade a nota / cade a minha nota / cade / cade minha nf / saiu a nota / a nota saiu / ja saiu / ja saiu a nota / saiu / ja emitiu / emitiu / emitiu a nota / ja foi / foi emitida / ja foi emitida / a nota foi emitida / como esta minha nota / como ta minha nota / como esta a nota / como ta a nota / qual o status / status da nota / status da minha nota / situacao da nota / situacao da minha nota / em que pe esta / em que pe ta / em que pe esta a nota / e a nota / e a minha nota / e minha nota / minha nota saiu / minha nota ja saiu / andamento / qual o andamento / deu certo / deu certo a nota / deu boa / conseguiu emitir / conseguiu / ta pronta / ta pronta a nota / esta pronta / ja ta pronta / minha nota ta pronta / alguma novidade / novidades / alguma noticia / e ai saiu / e ai a nota / e ai ja saiu / nota saiu / saiu minha nota / sera que saiu / quando sai / quando sai a nota / quando fica pronta
"""
COPY = """
segunda via / 2 via / 2a via / segunda via da nota / 2a via da nota / pdf / xml / o pdf / manda o pdf / me manda o pdf / manda o xml / me manda o xml / quero o pdf / preciso do pdf / quero segunda via / quero a segunda via / preciso da segunda via / preciso de segunda via / manda pdf / danfse / danfe / me envia o pdf / envia o pdf / reenvia o pdf / manda a nota de novo / manda o pdf de novo / me manda a nota de novo / pdf da nota / xml da nota / manda a segunda via / me manda a segunda via
"""
SWITCH = """
trocar empresa / trocar de empresa / troca empresa / troca de empresa / troca a empresa / mudar empresa / mudar de empresa / muda empresa / muda de empresa / muda a empresa / outra empresa / quero trocar de empresa / quero mudar de empresa / usar outra empresa / por outra empresa / pela outra empresa / e da outra empresa / e pela outra empresa / na outra empresa / trocar a empresa / mudar a empresa / alterar empresa / quero usar outra empresa / quero emitir por outra empresa / emitir por outra empresa / emitir pela outra empresa / trocar cnpj emissor / nao e essa empresa / empresa errada / seleciona outra empresa / selecionar empresa / escolher empresa / escolher outra empresa / trocar prestador
"""
HELP = """
ajuda / me ajuda / preciso de ajuda / menu / opcoes / comandos / como funciona / como que funciona / como isso funciona / como usa / como uso / como se usa / o que voce faz / oq vc faz / o que vc faz / oq voce faz / o que da pra fazer / o que posso fazer / o que voce sabe fazer / socorro / help / instrucoes / tutorial / manual / como faco / como faz / como faco pra emitir / como faco para emitir / como emito / como emitir / como emito nota / como faco uma nota / como faco pra emitir uma nota / como faco para emitir uma nota / como tiro nota / como emito uma nota / como emitir nota / como emitir uma nota / o que preciso mandar / o que eu preciso mandar / o que eu tenho que mandar / quais comandos / quais as opcoes / nao sei usar / nao sei como usar / nao entendi / como e que funciona / me explica / me explica como funciona / explica / duvida / tenho uma duvida / tenho duvida / to com duvida / pode me ajudar / voce pode me ajudar / consegue me ajudar / inicio / voltar ao menu / comecar / pra que serve / para que serve isso
"""
HANDOFF = """
falar com contabilidade / falar com a contabilidade / falar com o contador / falar com contador / falar com a contadora / falar com atendente / falar com um atendente / falar com uma pessoa / falar com alguem / falar com humano / falar com um humano / falar com uma atendente / atendente / humano / contador / contadora / contabilidade / quero falar com a contabilidade / quero falar com o contador / quero falar com alguem / quero falar com um atendente / quero falar com uma pessoa / quero falar com atendente / quero falar com um humano / preciso falar com a contabilidade / preciso falar com o contador / preciso falar com alguem / preciso falar com um atendente / preciso falar com uma pessoa / chama a contabilidade / chama o contador / chama alguem / chamar contabilidade / chamar a contabilidade / chamar o contador / chamar atendente / me passa pra um humano / me passa para um atendente / me passa pro contador / me transfere / transferir / quero um humano / quero um atendente / quero atendimento humano / atendimento humano / suporte humano / pessoa de verdade / falar com gente / tem como falar com o contador / tem como falar com alguem / pode chamar o contador / chama um atendente / chama o atendente / chama um humano / falar com suporte / suporte / quero falar com gente / falar com a contadora por favor / falar com meu contador / quero falar com meu contador / preciso falar com meu contador / fala com meu contador / falar com pessoa / atendimento
"""
BACK = "voltar / volta / voltei / pode voltar / volta robo / voltar pro bot / voltar com voce"
GREETING = """
oi / oie / oii / ola / opa / e ai / eai / eae / iae / fala / salve / alo / hey / hello / hi / bom dia / boa tarde / boa noite / bdia / bd / bt / bn / dia / oi tudo bem / tudo bem / tudo bom / td bem / tudo certo / como vai / como voce esta / como vc ta / tudo joia / oi bom dia / ola bom dia / e ai tudo bem / e ai blz / beleza / blz / tranquilo / oi gente / buenas / buenas tche / opa tudo bem / bom diaa / fala ai / fala comigo / tem alguem / tem alguem ai / oi oi / oi robo / com vai / bao / tudo bao / suave / de boa / tudo tranquilo / boa / como vao / oiii
"""
THANKS = """
obrigado / obrigada / obrigadao / muito obrigado / muito obrigada / mt obrigado / mto obrigado / obg / obgd / brigado / brigada / brigadao / valeu / vlw / valeu demais / vlw mesmo / valeu mesmo / grato / grata / agradeco / agradecido / agradecida / gratidao / tks / thanks / show obrigado / perfeito obrigado / obrigado pela ajuda / obrigada pela ajuda / otimo obrigado / beleza obrigado / ok obrigado / blz obrigado / certo obrigado / tmj / deus abencoe / deus te abencoe / deus lhe pague / muito bom obrigado / top obrigado / obrigado viu / era isso / era so isso / so isso / so isso mesmo / ate mais / ate logo / tchau / falou / fui / abraco / abracos / ajudou muito / ajudou demais / show de bola obrigado / nota dez / excelente atendimento / maravilha obrigado / muito agradecido / obrigado por tudo / recebi obrigado / recebi obrigada / deu certo obrigado / chegou obrigado / sou grato / fico grato / bom trabalho / boa semana / bom fim de semana / otimo trabalho / parabens / voce e dez / voce e demais / ajudou bastante / me ajudou muito / perfeito valeu / show valeu / gracias
"""
THANKS_EMOJI = "🙏❤💚💙🤝👏"
