"""One module per supported action; each reads like its section in the contracts. Adapters never import each other."""
