"""What the form of a code tells: it exists, cannot exist, or may."""

import pytest

from fhircheck.terminology.known_systems import KNOWN_SYSTEMS

YES, NO, MAYBE = True, False, None
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
MIME, LANGUAGE, COUNTRY = "urn:ietf:bcp:13", "urn:ietf:bcp:47", "urn:iso:std:iso:3166"
REGION, CURRENCY, ZONE = "urn:iso:std:iso:3166:-2", "urn:iso:std:iso:4217", "https://www.iana.org/time-zones"
WORLD = "http://unstats.un.org/unsd/methods/m49/m49.htm"
URI, GERMAN = "urn:ietf:rfc:3986", "http://fhir.de/CodeSystem/"
ICD, OPS, ATC, PZN = GERMAN + "bfarm/icd-10-gm", GERMAN + "bfarm/ops", GERMAN + "bfarm/atc", GERMAN + "ifa/pzn"

CASES = [
    (LOINC, MAYBE, "8480-6 85354-9 LA6576-8 LP7839-6 LL123-4 LG51-6"),
    (LOINC, NO, "8480-5 8480 8480-66 x-6 -6 84806 ８４８０-6 loinc"),
    (SNOMED, MAYBE, "840535000 404684003 900000000000207008 24700007 128045006:363698007=56459004"),
    (SNOMED, NO, "1 404684004 276885007x T-15460 6547210000124112 0404684003 4046840030000000000000 a:b"),
    (UCUM, YES, "mg/dL mm[Hg] mm[Hg]{hg} 10*3/uL % {score} Cel [degF] /min ug/kg/min 1 m.s-2 [iU]/L"),
    (UCUM, NO, "mcg tbl fmm[Hg] mEq/L ml/hr mg/ mg//L (m µg {ä}"),
    (MIME, YES, "text/plain application/fhir+json a/b;charset=utf-8 application/x;v=http://a.org/b#c json xml"),
    (MIME, NO, "text /x a/ [%x%] application\\pdf"),
    (LANGUAGE, YES, "de de-CH zh-Hant-TW en-GB-oed x-private de-1996 sr-Latn-RS-x-a i-klingon"),
    (LANGUAGE, NO, "de_CH deutsch-DE de-QB- zz-ZZ- d a-DE de--CH"),
    (COUNTRY, YES, "DE DEU CHE 276 GB"),
    (COUNTRY, NO, "D Germany de ZY deu D1 ZYQ"),
    (COUNTRY, MAYBE, "XK UK AA 999 SU ZZ DD"),
    (REGION, YES, "DE-BY US-CA AT-9"),
    (REGION, NO, "DE BY- -BY DE-BAVARIA DEU-BY"),
    (REGION, MAYBE, "DE-QQ"),
    (WORLD, MAYBE, "001 276 999"),
    (WORLD, NO, "Australia DE 1 0001"),
    (CURRENCY, YES, "EUR CHF USD XAU"),
    (CURRENCY, NO, "Euro eur QQQ EU € 978"),
    (CURRENCY, MAYBE, "DEM HRK"),
    (ZONE, YES, "Europe/Berlin UTC America/New_York"),
    (ZONE, NO, "Berlin CEST+1 Europe/Muenchen"),
    (URI, YES, "urn:oid:1.2.3 http://a.org/b mailto:a@b.org"),
    (URI, NO, "RicardianContract /relative #x"),
    (ICD, MAYBE, "C50.9 E11.90 A00 A00-A09 IV M54.5- U07.1 A01.-"),
    (ICD, NO, "C509 F00.0* B95.6! c50.9 C50.999 G30.0+"),
    (OPS, MAYBE, "5-470.11 5-47 8-930 5-470 1-20a.0 5-46...5-47"),
    (OPS, NO, "5470.11 5-470,11 0-100 5-470.111 OPS"),
    (ATC, MAYBE, "A A10 A10B A10BA A10BA02 N02BE01"),
    (ATC, NO, "A1 A10BA2 E10 A10BA023 a10ba02"),
    (PZN, MAYBE, "04351707 00000000 06313728"),
    (PZN, NO, "04351709 4351707 PZN-4351708 0435170x"),
]


@pytest.mark.parametrize(("system", "answer", "code"), [(s, a, c) for s, a, codes in CASES for c in codes.split()])
def test_form(system: str, answer: bool | None, code: str) -> None:
    assert KNOWN_SYSTEMS[system].judge(code) is answer


@pytest.mark.parametrize("system", KNOWN_SYSTEMS)
@pytest.mark.parametrize(
    "code", ["", " ", "\n", "a" * 100_000, "(" * 5_000, "ｱ", "1" * 5_000, "a-" * 20_000, "/" * 500]
)
def test_no_code_is_too_odd_to_be_judged(system: str, code: str) -> None:
    assert KNOWN_SYSTEMS[system].judge(code) in (True, False, None)


@pytest.mark.parametrize(
    "system", [LOINC, SNOMED, UCUM, MIME, LANGUAGE, COUNTRY, CURRENCY, ZONE, URI, ICD, OPS, ATC, PZN]
)
def test_blanks_are_no_part_of_a_code(system: str) -> None:
    good = next(codes.split()[0] for each, answer, codes in CASES if each == system and answer is not NO)
    assert KNOWN_SYSTEMS[system].judge(good + " ") is False
    assert KNOWN_SYSTEMS[system].judge(good + "\n") is False
