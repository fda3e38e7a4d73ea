"""TecnoSpeed PlugNotas with a memory (contracts: nfse/plugnotas.md)."""
