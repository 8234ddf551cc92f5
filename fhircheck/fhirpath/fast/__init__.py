"""Quick forms of expressions over raw JSON values, for types that are known beforehand.

`quick_truth` compiles what it understands of an expression into closures (node, environment) -> value that make no
items; the rest of it is evaluated by the general closures in place. Data that is not shaped as its type says, and
whatever else is unusual (a primitive with extensions only), raises Surprise, and the general form decides alone. A law
holds both forms equal.
"""
