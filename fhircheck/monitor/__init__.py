"""Stage: scheduled checks. A job file is read, run under a lock and a deadline, remembered and told of."""
