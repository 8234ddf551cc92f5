"""The organisation around the data: its Questionnaire, the decision table, and what was measured beside it."""
