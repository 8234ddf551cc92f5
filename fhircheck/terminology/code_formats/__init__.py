"""What the form of a code tells where the code system's content is in no package, one system a file.

A judge says True (the code exists), False (it cannot exist) or None (it may). The table is in known_systems.
"""
