"""The pages under /operacao/."""
