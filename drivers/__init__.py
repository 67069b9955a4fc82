"""One folder per radio or network, each alike: driver, translate (pure), commands, README.

`shared` is what they have in common.
"""
