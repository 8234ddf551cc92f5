"""The parts of the text report, one a file; each has ``show(page, report)``."""
