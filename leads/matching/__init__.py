"""Is this registry record the company behind this place? Pure: values in, a score out (L10, R38).

Hard gates first: right check digits, the city searched, active. Then what speaks for the record is weighed
against what contradicts it: names, trades, phones, addresses, domains, each in its own module. docs/leads.md
says why each weight is what it is.
"""

from leads.matching.contacts import email_domain, website_domain
from leads.matching.gates import INACTIVE, INVALID_CNPJ, OTHER_CITY, find_closed_gate, is_in_city
from leads.matching.location import plain_number
from leads.matching.names import glued_words, telling_words
from leads.matching.scoring import ENOUGH_POINTS, NO_EVIDENCE, score_candidate
from leads.matching.values import CityIdentity, PlaceValue, Score, Weight

__all__ = [
    "ENOUGH_POINTS",
    "INACTIVE",
    "INVALID_CNPJ",
    "NO_EVIDENCE",
    "OTHER_CITY",
    "CityIdentity",
    "PlaceValue",
    "Score",
    "Weight",
    "email_domain",
    "find_closed_gate",
    "glued_words",
    "is_in_city",
    "plain_number",
    "score_candidate",
    "telling_words",
    "website_domain",
]
