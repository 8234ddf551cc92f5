"""The words of a comparison of stores, in English and German."""

from fhircheck.model.plural import filled
from fhircheck.report.shown import View

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Comparison of two stores", "Vergleich zweier Datenbestände"),
    "complete": ("COMPLETE AND UNCHANGED", "VOLLSTÄNDIG UND UNVERÄNDERT"),
    "complete-more": ("COMPLETE AND UNCHANGED, and AFTER has more", "VOLLSTÄNDIG UND UNVERÄNDERT, NACHHER hat mehr"),
    "not-complete": ("NOT COMPLETE OR NOT UNCHANGED", "NICHT VOLLSTÄNDIG ODER NICHT UNVERÄNDERT"),
    "could-not-tell": ("COULD NOT TELL", "NICHT FESTSTELLBAR"),
    "could-not-tell-why": (
        "Not everything could be read: whether the stores are equal is not known.",
        "Nicht alles konnte gelesen werden: Ob die Bestände gleich sind, ist nicht bekannt.",
    ),
    "missing": ("{count} resources are missing in AFTER", "{count} Ressourcen fehlen in NACHHER"),
    "missing-one": ("{count} resource is missing in AFTER", "{count} Ressource fehlt in NACHHER"),
    "missing-copies": (
        "{count} {count:resource|resources} of ids that are there several times {count:is|are} missing in AFTER",
        "{count} {count:Ressource|Ressourcen} mehrfach vorhandener Ids {count:fehlt|fehlen} in NACHHER",
    ),
    "changed": ("{count} resources have changed", "{count} Ressourcen sind verändert"),
    "changed-one": ("{count} resource has changed", "{count} Ressource ist verändert"),
    "references-lost-one": (
        "{count} reference leads nowhere in AFTER that had a target in BEFORE",
        "{count} Verweis führt in NACHHER ins Leere, der in VORHER ein Ziel hatte",
    ),
    "references-lost": (
        "{count} references lead nowhere in AFTER that had a target in BEFORE",
        "{count} Verweise führen in NACHHER ins Leere, die in VORHER ein Ziel hatten",
    ),
    "extra-one": ("{count} resource is in AFTER only", "{count} Ressource gibt es nur in NACHHER"),
    "extra": ("{count} resources are in AFTER only", "{count} Ressourcen gibt es nur in NACHHER"),
    "extra-copies": (
        "{count} more {count:resource|resources} in AFTER whose id is there several times",
        "{count} {count:weitere Ressource|weitere Ressourcen} in NACHHER, deren Id mehrfach vorkommt",
    ),
    "nothing-before": ("nothing was read of BEFORE", "aus VORHER wurde nichts gelesen"),
    "nothing-after": ("nothing was read of AFTER", "aus NACHHER wurde nichts gelesen"),
    "unread-before": (
        "{count} {count:error|errors} while reading BEFORE: not all of it was compared",
        "{count} Fehler beim Lesen von VORHER: nicht alles wurde verglichen",
    ),
    "unread-after": (
        "{count} {count:error|errors} while reading AFTER: not all of it was compared",
        "{count} Fehler beim Lesen von NACHHER: nicht alles wurde verglichen",
    ),
    "what": ("What was compared", "Was verglichen wurde"),
    "before": ("BEFORE", "VORHER"),
    "after": ("AFTER", "NACHHER"),
    "source": ("Source", "Quelle"),
    "resources": ("Resources", "Ressourcen"),
    "bytes": ("Bytes", "Bytes"),
    "digest": ("SHA-256 of the sorted content", "SHA-256 über den sortierten Inhalt"),
    "without-id": ("Resources without an id", "Ressourcen ohne Id"),
    "several": ("Ids there several times", "Mehrfach vorhandene Ids"),
    "versions": ("of them versions of one resource", "davon Versionen einer Ressource"),
    "unread": ("Errors of reading", "Lesefehler"),
    "kept": ("Rows of an earlier try used again", "Zeilen eines früheren Versuchs verwendet"),
    "rules": ("By which rules", "Nach welchen Regeln"),
    "identity-auto": (
        "Same resource: same type and id; where that finds none, same business identifier, else same content.",
        "Dieselbe Ressource: gleicher Typ und gleiche Id; wo das keine findet, gleicher fachlicher Identifikator,"
        " sonst gleicher Inhalt.",
    ),
    "identity-id": ("Same resource: same type and id.", "Dieselbe Ressource: gleicher Typ und gleiche Id."),
    "identity-identifier": (
        "Same resource: same type and business identifier, else same content; ids are not looked at.",
        "Dieselbe Ressource: gleicher Typ und fachlicher Identifikator, sonst gleicher Inhalt; Ids zählen nicht.",
    ),
    "not-looked-at": (
        "Not looked at: meta.versionId, meta.lastUpdated, white space and order of JSON members, white space in"
        " narratives and base64, order of meta.profile, meta.tag and meta.security, versions in references, the"
        " server's own address in references, Bundles that only wrap.",
        "Nicht betrachtet: meta.versionId, meta.lastUpdated, Leerraum und Reihenfolge der JSON-Elemente, Leerraum in"
        " Narrativen und Base64, Reihenfolge von meta.profile, meta.tag und meta.security, Versionen in Verweisen, die"
        " eigene Adresse des Servers in Verweisen, nur umhüllende Bundles.",
    ),
    "decimals-exact": (
        "Decimals keep their precision: 1.0 is not 1.00.",
        "Dezimalzahlen behalten ihre Genauigkeit: 1.0 ist nicht 1.00.",
    ),
    "decimals-value": ("Decimals count by value: 1.0 is 1.00.", "Dezimalzahlen zählen nach Wert: 1.0 ist 1.00."),
    "ignored": ("Ignored on request: {names}", "Auf Wunsch nicht betrachtet: {names}"),
    "renamed": ("Renamed as the migration planned: {names}", "Wie bei der Migration geplant umbenannt: {names}"),
    "fingerprint": ("Rules, as a hash: {name}", "Regeln als Hashwert: {name}"),
    "made": (
        "Made by fhircheck {version}, {started}, {seconds}, engine {engine}",
        "Erstellt mit fhircheck {version}, {started}, {seconds}, Rechenwerk {engine}",
    ),
    "counts": ("Counts by type", "Zahlen nach Typ"),
    "type": ("Type", "Typ"),
    "same": ("same", "gleich"),
    "changed-col": ("changed", "anders"),
    "missing-col": ("missing", "fehlt"),
    "extra-col": ("extra", "dazu"),
    "copies-col": ("copies −/+", "Kopien −/+"),
    "total": ("Total", "Summe"),
    "adds-up": (
        "BEFORE = same + changed + missing; AFTER = same + changed + extra.",
        "VORHER = gleich + anders + fehlt; NACHHER = gleich + anders + dazu.",
    ),
    "copies-mean": (
        "Copies are of ids that are there several times: fewer count as missing, more as extra.",
        "Kopien sind von mehrfach vorhandenen Ids: weniger zählen zu fehlt, mehr zu dazu.",
    ),
    "matched": (
        "Matched by id {id}, by business identifier {identifier}, by content {content}; {moved} have another id now.",
        "Zugeordnet nach Id {id}, nach fachlichem Identifikator {identifier}, nach Inhalt {content}; {moved} haben nun"
        " eine andere Id.",
    ),
    "months": ("Counts by month of the clinical date", "Zahlen nach Monat des klinischen Datums"),
    "months-few": (
        "Months with fewer than {count} resources of a type are counted together.",
        "Monate mit weniger als {count} Ressourcen eines Typs sind zusammengefasst.",
    ),
    "month": ("Month", "Monat"),
    "no-date": ("no date", "ohne Datum"),
    "few": ("fewer than {count}", "weniger als {count}"),
    "months-same": (
        "In every month all is the same ({count} {count:month|months}).",
        "In jedem Monat ist alles gleich ({count} {count:Monat|Monate}).",
    ),
    "months-other": (
        "{count} other {count:month|months}: all the same",
        "{count} {count:weiterer Monat|weitere Monate}: alles gleich",
    ),
    "elements": ("What has changed", "Was sich verändert hat"),
    "element": ("Element", "Element"),
    "change": ("Change", "Änderung"),
    "examples": ("such as", "etwa"),
    "change-added": ("added", "hinzugekommen"),
    "change-removed": ("removed", "weggefallen"),
    "change-value": ("value changed", "Wert geändert"),
    "change-precision": ("precision changed", "Genauigkeit geändert"),
    "change-code": ("code changed", "Code geändert"),
    "change-unit": ("unit changed", "Einheit geändert"),
    "change-reference": ("reference changed", "Verweis geändert"),
    "change-attachment": ("attachment changed", "Anlage geändert"),
    "change-date": ("date changed", "Datum geändert"),
    "change-narrative": ("narrative changed", "Narrativ geändert"),
    "change-order": ("order changed", "Reihenfolge geändert"),
    "change-unknown": ("changed, element not known", "geändert, Element nicht bekannt"),
    "list": ("Resources that differ", "Abweichende Ressourcen"),
    "status-missing": ("missing", "fehlt"),
    "status-extra": ("extra", "zusätzlich"),
    "status-changed": ("changed", "verändert"),
    "status-moved": ("another id", "andere Id"),
    "status-missing-copy": ("copy missing", "Kopie fehlt"),
    "status-extra-copy": ("extra copy", "zusätzliche Kopie"),
    "more": (
        "and {count} more: --format csv or ndjson lists all",
        "und {count} weitere: --format csv oder ndjson nennt alle",
    ),
    "references": ("References", "Verweise"),
    "own": ("into the own store", "in den eigenen Bestand"),
    "whole": ("of them with target", "davon mit Ziel"),
    "outside": ("to elsewhere, not followed", "nach außen, nicht verfolgt"),
    "kept-references": (
        "{count} {count:has its|have their} target before and after.",
        "{count} {count:hat|haben} vorher und nachher {count:sein|ihr} Ziel.",
    ),
    "lost-at": ("Lost their target", "Ziel verloren"),
    "attachments": ("Attachments", "Anlagen"),
    "inline": ("in resources", "in Ressourcen"),
    "unsound": ("`hash` or `size` not true", "`hash` oder `size` falsch"),
    "attached": (
        "Beside each other: {same} the same, {changed} changed, {missing} missing, {extra} extra.",
        "Gegenübergestellt: {same} gleich, {changed} verändert, {missing} fehlen, {extra} zusätzlich.",
    ),
    "by-address": (
        "{count} {count:is|are} named by address only: {count:its|their} bytes were not compared.",
        "{count} {count:ist|sind} nur mit Adresse genannt: Der Inhalt wurde nicht verglichen.",
    ),
    "codes": ("Codes and units that differ in number", "Codes und Einheiten mit anderen Anzahlen"),
    "system": ("System", "System"),
    "unit": ("Unit", "Einheit"),
    "codes-same": (
        "All code systems and units are used as often as before.",
        "Alle Codesysteme und Einheiten kommen so oft vor wie zuvor.",
    ),
    "portability": ("Portability", "Portabilität"),
    "public-code": ("Coded elements with a public code", "Kodierte Elemente mit öffentlichem Code"),
    "public-extension": ("Public extensions", "Öffentliche Extensions"),
    "few-others": ("others, of few uses", "andere, selten genutzt"),
    "no-owner": ("without an owner's name", "ohne erkennbaren Eigner"),
    "portability-means": (
        "Below each share: codings and extensions that belong to one house or vendor, which another system may not"
        " understand.",
        "Unter jedem Anteil: Codes und Extensions, die einem Haus oder Hersteller gehören und die ein anderes System"
        " vielleicht nicht versteht.",
    ),
    "sign": ("Signed off", "Abnahme"),
    "sign-why": (
        "The digests above name the data that was compared: the same data gives the same digests again.",
        "Die Hashwerte oben bezeichnen die verglichenen Daten: Dieselben Daten ergeben wieder dieselben Werte.",
    ),
    "clinic": ("Clinic", "Klinik"),
    "it": ("IT", "IT"),
    "name": ("Name", "Name"),
    "role": ("Role", "Funktion"),
    "date": ("Date", "Datum"),
    "signature": ("Signature", "Unterschrift"),
}


def say(view: View, key: str, **parts: object) -> str:
    """The words called `key` in the view's language."""
    return filled(WORDS[key][view.language == "de"], parts)
