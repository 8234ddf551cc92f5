"""The local page: series, runs, trends, findings with their answers, differences. Made without script."""
