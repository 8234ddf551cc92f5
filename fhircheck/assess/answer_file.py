"""The file that answers are kept in: read, and replaced whole or not at all; what somebody else wrote is not lost."""

import hashlib
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

from fhircheck.assess.answers import Answers
from fhircheck.assess.form import Form
from fhircheck.assess.response import answers_of, read_response, response_of, response_text
from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.transport.whole_file import kept_mode, whole_file


class AnswerFile:
    """Answers in a QuestionnaireResponse at a path; where there is no file yet, there are none."""

    def __init__(self, form: Form, path: str) -> None:
        self.form = form
        self.path = path
        self._lock = threading.Lock()

    def there(self) -> bool:
        """Whether there is a file."""
        return os.path.lexists(self.path)

    def revision(self) -> str:
        """What the file holds, as a short hash; empty where there is none."""
        try:
            return hashlib.sha256(Path(self.path).read_bytes()).hexdigest()[:16]
        except FileNotFoundError:
            return ""
        except OSError as fault:
            raise CouldNotCheck(f"{self.path}: {fault.strerror or 'cannot be read'}") from None

    def load(self) -> Answers:
        """The answers. Raises UsageError and CouldNotCheck where the file holds something else."""
        return answers_of(self.form, read_response(self.path)) if self.there() else Answers()

    def keep(self, answers: Answers, status: str, revision: str | None = None) -> None:
        """Write the answers, readable by their user alone where the file is new.

        revision: of the file they were made from. Raises UsageError where it has changed since, CouldNotCheck where it
        cannot be written.
        """
        with self._lock:
            if revision is not None and revision != self.revision():
                raise UsageError(f"{self.path}: has been changed meanwhile")
            authored = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
            self._replace(response_text(response_of(self.form, answers, status, authored)))

    def _replace(self, text: str) -> None:
        target = Path(os.path.realpath(self.path))
        try:
            with whole_file(target, mode=kept_mode(target, new=0o600)) as file:
                file.write(text.encode("utf-8"))
        except OSError as fault:
            raise CouldNotCheck(f"{self.path}: cannot be written: {fault.strerror}") from None
