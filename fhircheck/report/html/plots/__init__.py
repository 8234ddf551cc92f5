"""The plots of the HTML report, one a file; what there is nothing to draw of says why."""

from fhircheck.registry import Registry
from fhircheck.report.html.figure import Plot
from fhircheck.report.html.plots.codes_by_system import CodesBySystem
from fhircheck.report.html.plots.element_fill import ElementFill
from fhircheck.report.html.plots.funnel import Funnel
from fhircheck.report.html.plots.scores import Scores
from fhircheck.report.html.plots.time_coverage import TimeCoverage
from fhircheck.report.html.plots.trend import Trend

PLOTS: Registry[Plot] = Registry("plots", Scores(), Funnel(), ElementFill(), CodesBySystem(), TimeCoverage(), Trend())
