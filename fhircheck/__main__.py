"""``python -m fhircheck``: the same as the command ``fhircheck``."""

from fhircheck.cli import main

if __name__ == "__main__":
    main(prog_name="python -m fhircheck")
