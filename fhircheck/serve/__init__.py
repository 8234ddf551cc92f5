"""The local page of the history, and ``$validate`` as a service for other systems."""
