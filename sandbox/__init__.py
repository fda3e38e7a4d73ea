"""Emulators of every outside system, over real HTTP. Imports nothing of the apps; docs/sandbox.md."""

READY = "sandbox ready on "  # the line that the server prints before its address
