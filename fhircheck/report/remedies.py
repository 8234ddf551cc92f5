"""What a user can do about something that could not be told: the package or the service that would decide it."""

from dataclasses import dataclass

from fhircheck.report.shown import View

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

# Systems whose codes no package contains: licensed or too big.
NO_PACKAGE = (
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://unitsofmeasure.org",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://fhir.de/CodeSystem/ifa/pzn",
    "http://fhir.de/CodeSystem/bfarm/atc",
    "http://www.whocc.no/atc",
)


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do: a command or option of ours, or a sentence where there is none."""

    english: str
    german: str

    def text(self, view: View) -> str:
        """In the view's language."""
        return self.german if view.language == "de" else self.english


def package_of(canonical: str) -> str | None:
    """Name of the package known to publish `canonical` (``url`` or ``url|version``), None where none is known."""
    url = canonical.partition("|")[0]
    fitting = [prefix for prefix in PACKAGES if url.startswith(prefix)]
    return PACKAGES[max(fitting, key=len)] if fitting else None


def remedy(canonical: str, command: str = "check") -> Remedy | None:
    """What would make `canonical` known, None where nothing is known to help."""
    if canonical.partition("|")[0] in NO_PACKAGE:
        return Remedy(
            "no FHIR package contains these codes; they stay open without a terminology server",
            "kein FHIR-Paket enthält diese Codes; ohne Terminologieserver bleiben sie offen",
        )
    package = package_of(canonical)
    if package is None:
        return None
    line = f"fhircheck packages install {package}"
    if package not in DEFAULTS:
        line = f"fhircheck {command} ... --package {package}#VERSION"
    return Remedy(line, line)
