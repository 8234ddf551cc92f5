"""Quick forms of expressions over raw JSON values, for types that are known beforehand."""
