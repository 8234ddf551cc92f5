"""The report as one HTML page (html.py); what stands on it is made here as plain data, templates only lay it out."""
