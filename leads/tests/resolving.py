"""A case from its first call to its end, one call after the other."""

from leads.resolution import conclude, next_call


def resolve_place(case, sources):
    while call := next_call(case, sources):
        case = call()
    return conclude(case)
