"""The figures of DESIGN.md §11: the product beside a bare reference, measured in the same run.

A module `bench_<name>.py` offers `run() -> list[Figure]`. It may use the database, which is migrated and
empty of its own rows, and must leave alone the rows of others.
"""
