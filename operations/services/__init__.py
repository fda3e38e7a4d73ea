"""Everything that the operators' pages write."""
