"""What a user can do about something that could not be told: the package or the service that would decide it."""

from fhircheck.model.report import RunReport
from fhircheck.report.shown import clean

_MII = "https://www.medizininformatik-initiative.de/fhir/"

# Canonical prefix -> package that publishes it; the longest prefix counts. From what the packages contain.
PACKAGES: dict[str, str] = {
    "http://terminology.hl7.org/": "hl7.terminology.r4",
    "http://hl7.org/fhir/sid/": "hl7.terminology.r4",
    "http://hl7.org/fhir/StructureDefinition/": "hl7.fhir.uv.extensions.r4",
    "http://hl7.org/fhir/us/core/": "hl7.fhir.us.core",
    "http://hl7.org/fhir/us/mcode/": "hl7.fhir.us.mcode",
    "http://hl7.org/fhir/uv/ips/": "hl7.fhir.uv.ips",
    "http://hl7.org/fhir/uv/sdc/": "hl7.fhir.uv.sdc",
    "http://hl7.org/fhir/uv/genomics-reporting/": "hl7.fhir.uv.genomics-reporting",
    "http://fhir.de/": "de.basisprofil.r4",
    "http://fhir.de/ConsentManagement/": "de.einwilligungsmanagement",
    "http://fhir.abda.de/": "de.abda.erezeptabgabedaten",
    "http://dvmd.de/": "dvmd.kdl.r4",
    "http://ihe-d.de": "de.ihe-d.terminology",
    "http://dicom.nema.org/": "fhir.dicom",
    "https://fhir.kbv.de/": "kbv.basis",
    "https://fhir.kbv.de/StructureDefinition/KBV_PR_ERP_": "kbv.ita.erp",
    "https://fhir.kbv.de/StructureDefinition/KBV_PR_EAU_": "kbv.ita.eau",
    "https://fhir.kbv.de/StructureDefinition/KBV_PR_FOR_": "kbv.ita.for",
    "https://fhir.kbv.de/StructureDefinition/KBV_PR_EVDGA_": "kbv.itv.evdga",
    "https://gematik.de/fhir/isik/": "de.gematik.isik-basismodul",
    "https://gematik.de/fhir/erp/": "de.gematik.erezept-workflow.r4",
    "https://gematik.de/fhir/erpchrg/": "de.gematik.erezept-patientenrechnung.r4",
    "https://gematik.de/fhir/epa/": "de.gematik.epa",
    "https://gematik.de/fhir/epa-medication/": "de.gematik.epa.medication",
    "https://gematik.de/fhir/directory/": "de.gematik.fhir.directory",
    "https://gematik.de/fhir/terminology/": "de.gematik.terminology",
    "https://gematik.de/fhir/ti/": "de.gematik.ti",
    "https://profiles.ihe.net/ITI/BALP/": "ihe.iti.balp",
    "https://profiles.ihe.net/ITI/mCSD/": "ihe.iti.mcsd",
    "https://profiles.ihe.net/ITI/MHD/": "ihe.iti.mhd",
    "https://profiles.ihe.net/ITI/PDQm/": "ihe.iti.pdqm",
    "https://profiles.ihe.net/ITI/PIXm/": "ihe.iti.pixm",
    **{
        f"{_MII}{path}/": f"de.medizininformatikinitiative.kerndatensatz.{name}"
        for path, name in (
            ("core/modul-person", "person"),
            ("core/modul-fall", "fall"),
            ("core/modul-diagnose", "diagnose"),
            ("core/modul-prozedur", "prozedur"),
            ("core/modul-labor", "laborbefund"),
            ("core/modul-medikation", "medikation"),
            ("modul-consent", "consent"),
            ("modul-meta", "meta"),
            ("modul-mikrobio", "mikrobiologie"),
            ("modul-studie", "studie"),
            ("ext/modul-biobank", "biobank"),
            ("ext/modul-bildgebung", "bildgebung"),
            ("ext/modul-icu", "icu"),
            ("ext/modul-molgen", "molgen"),
            ("ext/modul-onko", "onkologie"),
            ("ext/modul-patho", "patho"),
        )
    },
}

# Loaded without being named, once they are installed.
DEFAULTS = frozenset({"hl7.terminology.r4", "hl7.fhir.uv.extensions.r4"})

# Systems whose codes no package contains: licensed, or too big.
NO_PACKAGE = frozenset(
    {
        "http://snomed.info/sct",
        "http://loinc.org",
        "http://unitsofmeasure.org",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "http://www.whocc.no/atc",
        "http://fhir.de/CodeSystem/ask",
        "http://fhir.de/CodeSystem/abdata/wg14",
        "http://fhir.de/CodeSystem/ifa/pzn",
        *(f"http://fhir.de/CodeSystem/bfarm/{name}" for name in ("alpha-id", "atc", "icd-10-gm", "ops")),
    }
)


def package_of(canonical: str) -> str | None:
    """Name of the package known to publish `canonical` (``url`` or ``url|version``), None where none is known."""
    url = canonical.partition("|")[0]
    if url in NO_PACKAGE:
        return None
    fitting = [prefix for prefix in PACKAGES if url.startswith(prefix)]
    return PACKAGES[max(fitting, key=len)] if fitting else None


def in_no_package(canonical: str) -> bool:
    """Whether `canonical` is a code system whose codes no FHIR package contains."""
    return canonical.partition("|")[0] in NO_PACKAGE


def remedy(canonical: str, command: str, there: frozenset[str]) -> str | None:
    """The command that would make `canonical` known, None where we know of none.

    command: our command that is to be run again. there: names of the packages that were loaded and
    so did not help.
    """
    package = package_of(canonical)
    if package is None or package in there:
        return None
    if package in DEFAULTS:
        return f"fhircheck packages install {package}"
    return f"fhircheck {command} ... --package {package}#{_version(canonical)}"


def _version(canonical: str) -> str:
    """The package version to ask for: most publishers number profiles and packages alike."""
    version = clean(canonical.partition("|")[2])
    if not version:
        return "latest"
    return f"{version}.x" if version.count(".") == 1 else version


def loaded(report: RunReport) -> frozenset[str]:
    """Names of the packages a run had."""
    return frozenset(package.name for package in report.packages)
