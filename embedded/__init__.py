"""The embedded default: real PostgreSQL and Valkey servers from wheels, and `make run`.

Imports nothing of the apps. Development and tests only; a VM has its own servers (deploy/).
"""
