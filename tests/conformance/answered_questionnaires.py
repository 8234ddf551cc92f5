"""Answers to made questionnaires, beside the reference: ``python -m tests.conformance.answered_questionnaires``.

Published data holds few QuestionnaireResponses. Here questionnaires are made by chance (items, types, options, limits,
conditions) with answers of which some do not fit. Runs are named by their numbers and are the same each time.
Needs ../shared and Java; a minute.
"""

import json
from random import Random

from tests.conformance.made_comparison import Made, command, comparison_of
from tests.conformance.made_questionnaires import questionnaire, response, terminology

NAME = "answers to made questionnaires"


def made(count: int) -> Made:
    """A questionnaire with answers."""
    chance = Random(f"questionnaire {count}")
    asked = questionnaire(chance, count)
    text = json.dumps(response(chance, asked)).encode()
    return Made(str(count), "answers", json.dumps(asked["item"]), [*terminology(), asked], text)


run = comparison_of(made)

if __name__ == "__main__":
    command(__doc__, NAME, run, 1500)
