"""Stage: follow data that keeps coming. A growing folder or standard input -> findings at once, measures by windows."""
