"""Rules about elements of certain types wherever they stand, asked in one walk over the resource."""
