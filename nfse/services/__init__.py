"""The use cases of Notas, by noun. Each opens its own transaction unless its docstring says otherwise."""
