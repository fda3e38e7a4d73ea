"""Pages of credits: statement, purchase, orders."""
