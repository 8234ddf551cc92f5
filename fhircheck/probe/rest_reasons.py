"""Why a probe of REST or search says unmet or not tested: English and German, without data."""

READ_REASONS: dict[str, tuple[str, str]] = {
    "nothing-to-try": (
        "the server showed no resource to try it with",
        "der Server zeigte keine Ressource, mit der es zu versuchen wäre",
    ),
    "request-limit": (
        "the number of requests is used up (--max-requests)",
        "die Zahl der Anfragen ist erreicht (--max-requests)",
    ),
    "server-silent": (
        "the server stopped answering",
        "der Server antwortete nicht mehr",
    ),
    "not-allowed": ("these credentials may not do it", "mit diesen Zugangsdaten nicht erlaubt"),
    "wrong-status": ("HTTP {status} in place of {expected}", "HTTP {status} statt {expected}"),
    "not-fhir": ("the answer is no FHIR resource", "die Antwort ist keine FHIR-Ressource"),
    "another-resource": ("another resource came than was asked for", "es kam eine andere Ressource als gefragt"),
    "another-version": ("another version came than was asked for", "es kam eine andere Version als gefragt"),
    "history-of-others": (
        "{count} {count:entry of the history is|entries of the history are} of something else",
        "{count} {count:Eintrag der Historie gehört|Einträge der Historie gehören} zu anderem",
    ),
    "history-without-request": (
        "entries of the history do not say what was done (request)",
        "Einträge der Historie sagen nicht, was geschah (request)",
    ),
    "history-empty": (
        "the history of what there is has no entry",
        "die Historie von Vorhandenem hat keinen Eintrag",
    ),
    "no-error-seen": ("no request gave an error", "keine Anfrage ergab einen Fehler"),
    "nothing-deleted": ("no history shows a deleted resource", "keine Historie zeigt eine gelöschte Ressource"),
    "came-back": ("what was deleted is there again", "das Gelöschte ist wieder da"),
    "header-missing": ("missing: {headers}", "es fehlt: {headers}"),
    "header-differs": ("{header} is not {element}", "{header} ist nicht {element}"),
    "no-version-headers": ("a read gives neither ETag nor Last-Modified", "read liefert weder ETag noch Last-Modified"),
    "read-failed": ("a read gives nothing to compare", "read liefert nichts zum Vergleichen"),
    "content-type-differs": ("the Content-Type is not {format}", "der Content-Type ist nicht {format}"),
    "forms-differ": ("JSON and XML differ in {element}", "JSON und XML unterscheiden sich in {element}"),
    "format-does-not-work": ("Accept gives no {format}", "über Accept kommt kein {format}"),
    "format-parameter-ignored": ("_format={format} is ignored", "_format={format} wird nicht beachtet"),
    "post-does-not-work": ("a search by POST does not work", "Suche mit POST geht nicht"),
}

SEARCH_REASONS: dict[str, tuple[str, str]] = {
    "no-definition": (
        "no definition of {parameter} is loaded (--package)",
        "keine Definition von {parameter} ist geladen (--package)",
    ),
    "special-parameter": (
        "what {parameter} finds is up to the server",
        "was {parameter} findet, entscheidet der Server",
    ),
    "no-expression": (
        "the definition of {parameter} has no expression",
        "die Definition von {parameter} hat keinen Ausdruck",
    ),
    "parameter-ignored": (
        "the server ignores it: `self` does not name it",
        "der Server beachtet es nicht: `self` nennt es nicht",
    ),
    "hits-without-value": (
        "{count} of {hits} {hits:hit does|hits do} not hold the value asked for",
        "{count} von {hits} Treffern {count:hat|haben} den gefragten Wert nicht",
    ),
    "finds-too-much": (
        "{count} of {hits} {hits:hit|hits} must not be found",
        "{count} von {hits} Treffern {count:dürfte|dürften} nicht gefunden werden",
    ),
    "impossible-value-found": (
        "a value that nothing has finds resources",
        "ein Wert, den nichts hat, findet Ressourcen",
    ),
    "total-not-lower": (
        "total counts more than can hold the value",
        "total zählt mehr, als den Wert haben können",
    ),
    "not-on-first-page": (
        "there are more hits than can be looked at",
        "es gibt mehr Treffer, als anzusehen sind",
    ),
    "modifier-refused": ("the server refuses it (HTTP {status})", "der Server lehnt es ab (HTTP {status})"),
    "parameter-does-not-work": (
        "{parameter} does not work by itself",
        "{parameter} geht schon für sich allein nicht",
    ),
    "search-too-wide": (
        "HTTP {status} for a search without parameters, and none was found that works",
        "HTTP {status} für eine Suche ohne Parameter, und keiner fand sich, mit dem sie geht",
    ),
    "another-type": (
        "{count} {count:hit is|hits are} of another type",
        "{count} Treffer {count:ist|sind} von anderem Typ",
    ),
    "no-id": ("hits have no id", "Treffer haben keine id"),
    "include-wildcard": ("it names no single reference", "es nennt keine einzelne Referenz"),
    "target-not-there": ("what is referred to is not there", "worauf verwiesen wird, ist nicht da"),
    "all-alike": ("all samples are alike in it", "alle Beispiele sind darin gleich"),
}

RESULT_REASONS: dict[str, tuple[str, str]] = {
    "too-few-samples": (
        "the server showed too few resources {type} to see it",
        "der Server zeigte zu wenige Ressourcen {type}, um es zu sehen",
    ),
    "count-ignored": ("{hits} {hits:hit|hits} on a page, 2 asked for", "{hits} Treffer auf einer Seite, 2 gefragt"),
    "page-empty": ("the page is empty", "die Seite ist leer"),
    "not-sorted": ("the hits are not in order", "die Treffer sind nicht sortiert"),
    "total-missing": ("total is missing", "total fehlt"),
    "total-wrong": (
        "total is {total}, and there {hits:is|are} {hits} {hits:hit|hits}",
        "total ist {total}, und es gibt {hits} Treffer",
    ),
    "summary-ignored": ("_summary={value} is ignored", "_summary={value} wird nicht beachtet"),
    "element-missing": ("{element} was asked for and is missing", "{element} war gefragt und fehlt"),
    "elements-ignored": ("{element} was not asked for", "{element} war nicht gefragt"),
    "self-missing": ("there is no self link", "es gibt keinen self-Link"),
    "self-keeps": ("`self` names an unknown parameter as used", "`self` nennt einen unbekannten Parameter als benutzt"),
    "self-forgets": ("`self` does not name what was used", "`self` nennt nicht, was benutzt wurde"),
    "one-page": ("all came on one page", "alles kam auf einer Seite"),
    "next-missing": (
        "{count} {count:hit is|hits are} missing, and there is no next link",
        "{count} Treffer {count:fehlt|fehlen}, und es gibt keinen next-Link",
    ),
    "next-broken": ("the next link of page {page} does not work", "der next-Link von Seite {page} geht nicht"),
    "next-elsewhere": (
        "the next link of page {page} leads to another host",
        "der next-Link von Seite {page} führt zu einem anderen Rechner",
    ),
    "next-loops": ("the next link of page {page} leads back", "der next-Link von Seite {page} führt zurück"),
    "next-unstable": (
        "a next link asked twice gives different pages",
        "ein next-Link liefert beim zweiten Mal anderes",
    ),
    "page-repeats": ("{count} {count:hit comes|hits come} twice", "{count} Treffer {count:kommt|kommen} doppelt"),
    "page-loses": ("{count} {count:hit is|hits are} on no page", "{count} Treffer {count:ist|sind} auf keiner Seite"),
    "post-differs": ("GET finds {get}, POST {post}", "GET findet {get}, POST {post}"),
    "unknown-filters": (
        "an unknown parameter leaves nothing to be found",
        "mit einem unbekannten Parameter wird nichts gefunden",
    ),
    "strict-ignored": (
        "HTTP {status} for an unknown parameter under handling=strict",
        "HTTP {status} für einen unbekannten Parameter unter handling=strict",
    ),
    "empty-refused": ("HTTP {status} for an empty parameter", "HTTP {status} für einen leeren Parameter"),
    "empty-filters": (
        "an empty parameter leaves nothing to be found",
        "mit einem leeren Parameter wird nichts gefunden",
    ),
    "invalid-date-taken": (
        "what is no date is ignored without a word",
        "was kein Datum ist, wird stillschweigend übergangen",
    ),
}

REST_REASONS = {**READ_REASONS, **SEARCH_REASONS, **RESULT_REASONS}
