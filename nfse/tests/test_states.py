"""The table of states in code is PRODUCT's, word by word (R114)."""

from itertools import product

import pytest

from nfse.states import MOVES, OPEN, STANDING, WITH_NOTE, ForbiddenMove, State, check_move

TABLE = """
| `queued` | Na fila | sending, withdrawn |
| `sending` | Enviando | accepted, issued, rejected, in_doubt, queued, failed |
| `accepted` | Em processamento | issued, rejected, in_doubt |
| `in_doubt` | Conferindo | issued, accepted, rejected, queued, failed |
| `issued` | Emitida | canceling, in_analysis, canceled, replaced |
| `rejected` | Recusada | none |
| `failed` | Falhou | queued |
| `withdrawn` | Retirada | none |
| `canceling` | Cancelando | canceled, issued, in_analysis |
| `in_analysis` | Em análise fiscal | canceled, issued |
| `canceled` | Cancelada | none |
| `replaced` | Substituída | none |
"""


def rows():
    for line in TABLE.strip().splitlines():
        state, label, moves = (cell.strip() for cell in line.strip("|").split("|"))
        yield state.strip("`"), label, set() if moves == "none" else set(moves.split(", "))


def test_states_labels_and_moves_are_the_specification_s():
    assert [(state.value, state.label, set(MOVES[state])) for state in State] == list(rows())


@pytest.mark.parametrize(("current", "to"), list(product(State, State)))
def test_a_move_happens_only_if_the_table_has_it(current, to):
    allowed = {state: moves for state, _, moves in rows()}[current.value]
    if to.value in allowed:
        check_move(current, to)
        return
    with pytest.raises(ForbiddenMove):
        check_move(current, to)


def test_a_request_in_doubt_can_only_end_by_what_the_gateway_says():
    assert not MOVES[State.IN_DOUBT] & {State.WITHDRAWN, State.CANCELED}


def test_groups_of_states_do_not_meet():
    assert not OPEN & WITH_NOTE
    assert STANDING < WITH_NOTE
