"""Files that work makes: the monthly closing (N18, X5) and lists of notes too long for a request (X4).

`requesting` asks for one, `making` makes it, `downloading` hands it out, `sweeping` ends it:
docs/nfse-exports.md.
"""
