"""The waist: the nouns that drivers, rules and the hub share. It imports nothing of the house."""
