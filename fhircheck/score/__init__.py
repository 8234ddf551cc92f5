"""Stage: weights and thresholds of a rubric turn measures into scores that show their parts."""

from fhircheck.score.gain import what_to_fix
from fhircheck.score.rethreshold import rethresholded
from fhircheck.score.rubric import RUBRICS, Criterion, Rubric, load_rubric
from fhircheck.score.scoring import score

__all__ = ["RUBRICS", "Criterion", "Rubric", "load_rubric", "rethresholded", "score", "what_to_fix"]
