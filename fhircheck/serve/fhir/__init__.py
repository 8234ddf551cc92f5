"""``$validate`` over HTTP: what is asked, workers that check it, OperationOutcomes as answers."""
