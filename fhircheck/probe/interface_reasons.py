"""Why a probe of security, SMART, IHE or images says unmet or not tested: English and German, without data."""

SECURITY_REASONS: dict[str, tuple[str, str]] = {
    "no-answer": ("no usable answer ({reason})", "keine brauchbare Antwort ({reason})"),
    "on-another-host": (
        "it is on another host, which was not asked",
        "es liegt auf einem anderen Rechner, der nicht gefragt wurde",
    ),
    "no-credentials-given": (
        "no credentials were given, so there is nothing to compare with",
        "ohne Zugangsdaten gibt es nichts zu vergleichen",
    ),
    "no-type-to-search": ("no fitting resource type can be searched", "kein passender Ressourcentyp ist durchsuchbar"),
    "metadata-needs-sign-in": (
        "the CapabilityStatement is shown only after sign-in",
        "das CapabilityStatement ist nur nach Anmeldung zu sehen",
    ),
    "readable-without-sign-in": ("readable without sign-in: {types}", "ohne Anmeldung lesbar: {types}"),
    "refused-for-another-reason": (
        "nothing was shown, but not for lack of a sign-in",
        "nichts wurde gezeigt, aber nicht wegen fehlender Anmeldung",
    ),
    "no-challenge": ("401 without WWW-Authenticate", "401 ohne WWW-Authenticate"),
    "forbidden-not-unauthorized": ("403 in place of 401", "403 statt 401"),
    "no-sign-in-asked": ("no sign-in is asked for", "es wird keine Anmeldung verlangt"),
    "any-token-accepted": ("a token that was never issued is accepted", "ein nie ausgestelltes Token wird angenommen"),
    "invalid-token-status": (
        "an invalid token gets {status} in place of 401",
        "ein ungültiges Token ergibt {status} statt 401",
    ),
    "base-is-plain-http": ("the server is spoken to without TLS", "mit dem Server wird ohne TLS gesprochen"),
    "loopback": ("this machine is spoken to without TLS", "mit diesem Rechner wird ohne TLS gesprochen"),
    "no-tls-on-loopback": ("this machine is spoken to without TLS", "mit diesem Rechner wird ohne TLS gesprochen"),
    "behind-a-proxy": (
        "a proxy stands between, the server itself was not seen",
        "ein Proxy steht dazwischen, der Server selbst war nicht zu sehen",
    ),
    "no-tls": ("no TLS connection came about", "keine TLS-Verbindung kam zustande"),
    "tls-too-old": ("{version} is the best it offers", "mehr als {version} bietet er nicht"),
    "old-tls-accepted": ("{version} is accepted", "{version} wird angenommen"),
    "tls-not-available-here": (
        "this machine cannot offer {version}",
        "dieser Rechner kann {version} nicht anbieten",
    ),
    "certificate-expired": ("the certificate has expired", "das Zertifikat ist abgelaufen"),
    "certificate-not-yet-valid": ("the certificate is not valid yet", "das Zertifikat gilt noch nicht"),
    "certificate-other-host": ("the certificate is for another host", "das Zertifikat gilt für einen anderen Rechner"),
    "certificate-self-signed": (
        "the certificate is signed by itself alone",
        "das Zertifikat ist nur von sich selbst signiert",
    ),
    "certificate-unknown-authority": (
        "the certificate's authority is not trusted here",
        "der Aussteller des Zertifikats gilt hier nicht als vertrauenswürdig",
    ),
    "certificate-revoked": ("the certificate has been revoked", "das Zertifikat wurde widerrufen"),
    "certificate-not-accepted": ("the certificate is not accepted", "das Zertifikat wird nicht angenommen"),
    "certificate-ends-soon": (
        "the certificate ends in {days} {days:day|days}",
        "das Zertifikat endet in {days} {days:Tag|Tagen}",
    ),
    "no-certificate-dates": ("the certificate could not be read", "das Zertifikat war nicht lesbar"),
    "plain-http-answers": ("it answers without TLS too", "er antwortet auch ohne TLS"),
    "plain-http-redirects-elsewhere": (
        "without TLS it redirects, but not to https",
        "ohne TLS leitet er um, aber nicht auf https",
    ),
    "cors-missing": ("no Access-Control-Allow-Origin", "kein Access-Control-Allow-Origin"),
    "cors-preflight-refused": ("the preflight request is refused", "die Vorabfrage wird abgelehnt"),
    "cors-authorization-not-allowed": (
        "the header Authorization is not allowed across origins",
        "der Header Authorization ist von anderen Ursprüngen nicht erlaubt",
    ),
    "cors-any-origin-with-credentials": (
        "any web page may ask with the user's credentials",
        "jede Webseite darf mit der Anmeldung des Nutzers fragen",
    ),
}

SMART_REASONS: dict[str, tuple[str, str]] = {
    "smart-configuration-missing": (
        ".well-known/smart-configuration is not there ({status})",
        ".well-known/smart-configuration fehlt ({status})",
    ),
    "smart-configuration-protected": (
        ".well-known/smart-configuration asks for a sign-in ({status})",
        ".well-known/smart-configuration verlangt eine Anmeldung ({status})",
    ),
    "smart-configuration-not-json": ("it is no JSON object", "es ist kein JSON-Objekt"),
    "smart-configuration-content-type": (
        "its Content-Type is not application/json",
        "sein Content-Type ist nicht application/json",
    ),
    "member-missing": ("{member} is missing", "{member} fehlt"),
    "member-not-needed": ("{member} is not needed here", "{member} ist hier nicht nötig"),
    "member-no-list": ("{member} is no list of texts", "{member} ist keine Liste von Texten"),
    "member-no-https-url": ("{member} is no absolute https URL", "{member} ist keine absolute https-URL"),
    "value-missing": ("{member} lacks {value}", "in {member} fehlt {value}"),
    "plain-challenge": (
        "plain is offered as code challenge method",
        "plain wird als Code-Challenge-Methode angeboten",
    ),
    "no-smart-algorithm": ("neither RS384 nor ES384 is offered", "weder RS384 noch ES384 wird angeboten"),
    "no-jwks": ("no key set is named", "kein Schlüsselsatz ist genannt"),
    "jwks-unreadable": ("the key set cannot be read", "der Schlüsselsatz ist nicht lesbar"),
    "jwks-private": ("the key set shows private keys", "der Schlüsselsatz zeigt private Schlüssel"),
    "oauth-metadata-missing": (
        "the authorization server's metadata was not found",
        "die Metadaten des Autorisierungsservers waren nicht zu finden",
    ),
    "no-issuer": ("no issuer is named", "kein Aussteller ist genannt"),
    "issuer-differs": (
        "the issuer is not the one whose metadata this is",
        "der Aussteller ist nicht der, dessen Metadaten dies sind",
    ),
    "iua-not-declared": ("IUA is not declared", "IUA ist nicht erklärt"),
    "no-401-without-token": ("without a token it answers {status}", "ohne Token antwortet er {status}"),
    "other-definition": ("not defined as {expected}", "nicht definiert als {expected}"),
    "export-not-declared": ("$export is not declared", "$export ist nicht erklärt"),
    "export-not-started": (
        "an export loads the server; it is started only with --allow-writes",
        "ein Export belastet den Server; er wird nur mit --allow-writes gestartet",
    ),
    "export-of-a-group": (
        "only groups can be exported, and none was named",
        "nur Gruppen sind exportierbar, und keine war genannt",
    ),
    "export-not-accepted": ("the kick-off got {status}, not 202", "der Start ergab {status}, nicht 202"),
    "no-content-location": (
        "202 without an absolute Content-Location",
        "202 ohne absolute Content-Location",
    ),
    "export-not-cancelled": ("DELETE got {status}, not 202", "DELETE ergab {status}, nicht 202"),
}

SEARCH_REASONS: dict[str, tuple[str, str]] = {
    "no-sample": ("the server showed no fitting {type}", "der Server zeigte keine passende Ressource {type}"),
    "no-value": ("no {type} has values to ask for", "keine Ressource {type} hat Werte zum Fragen"),
    "search-not-declared": ("searching {type} is not declared", "Suche nach {type} ist nicht erklärt"),
    "history-not-declared": ("the history of {type} is not declared", "die Historie von {type} ist nicht erklärt"),
    "create-not-declared": ("creating {type} is not declared", "das Anlegen von {type} ist nicht erklärt"),
    "operation-not-declared": ("{operation} is not declared", "{operation} ist nicht erklärt"),
    "transaction-not-declared": ("transactions are not declared", "Transaktionen sind nicht erklärt"),
    "conditional-update-not-declared": (
        "conditional updates are not declared",
        "bedingtes Aktualisieren ist nicht erklärt",
    ),
    "search-refused": ("the search got {status}", "die Suche ergab {status}"),
    "no-searchset": ("the answer is no searchset", "die Antwort ist kein Bundle der Art searchset"),
    "hits-do-not-match": (
        "{count} {count:hit is|hits are} not what was asked for",
        "{count} Treffer {count:ist|sind} nicht das Gefragte",
    ),
    "sample-not-found": (
        "a resource that fits was not found",
        "eine passende Ressource wurde nicht gefunden",
    ),
    "too-many-pages": ("not found on the first {pages} pages", "auf den ersten {pages} Seiten nicht gefunden"),
    "no-hits-no-200": ("no hits: {status} in place of 200", "ohne Treffer: {status} statt 200"),
    "finds-what-is-not-there": ("it finds what cannot be there", "er findet, was es nicht geben kann"),
    "total-not-zero": ("no hits, but total is not 0", "ohne Treffer, aber total ist nicht 0"),
    "include-missing": ("_include brought nothing", "_include brachte nichts"),
    "include-not-marked": (
        "included resources are not marked as such",
        "Mitgeliefertes ist nicht als solches markiert",
    ),
    "no-406": ("{status} in place of 406", "{status} statt 406"),
    "no-outcome": ("the error has no OperationOutcome", "zum Fehler fehlt ein OperationOutcome"),
    "no-history": ("no Bundle of type history ({status})", "kein Bundle der Art history ({status})"),
    "kind-not-instance": (
        "the CapabilityStatement is not that of an instance",
        "das CapabilityStatement ist nicht das einer Instanz",
    ),
    "software-incomplete": ("software.{member} is missing", "software.{member} fehlt"),
    "isik-not-claimed": (
        "no CapabilityStatement of ISiK is named in instantiates",
        "instantiates nennt kein CapabilityStatement von ISiK",
    ),
    "format-not-given": ("{format} is not given", "{format} wird nicht geliefert"),
    "no-next-link": ("there was no second page", "es gab keine zweite Seite"),
    "next-link-shows-search": (
        "the next link shows what was searched for",
        "der next-Link zeigt, wonach gesucht wurde",
    ),
}

IHE_REASONS: dict[str, tuple[str, str]] = {
    "match-refused": ("$match got {status}", "$match ergab {status}"),
    "known-patient-not-matched": (
        "a patient of the server was not found by their own data",
        "ein Patient des Servers wurde mit den eigenen Daten nicht gefunden",
    ),
    "no-match": ("nothing was found to judge it by", "nichts wurde gefunden, woran es zu messen wäre"),
    "too-few-matches": ("fewer than two matches", "weniger als zwei Treffer"),
    "score-missing-or-out-of-range": (
        "search.score is missing or not from 0 to 1",
        "search.score fehlt oder liegt nicht zwischen 0 und 1",
    ),
    "no-match-grade": ("the extension match-grade is missing", "die Erweiterung match-grade fehlt"),
    "matches-not-in-order": ("the best match does not come first", "der beste Treffer steht nicht vorn"),
    "match-count-ignored": ("count is ignored", "count wird nicht beachtet"),
    "uncertain-match-as-certain": (
        "onlyCertainMatches gives others too",
        "onlyCertainMatches liefert auch andere",
    ),
    "known-identifier-refused": (
        "an identifier of the server's own data got {status}",
        "ein Identifier aus den eigenen Daten ergab {status}",
    ),
    "other-parameters": ("the answer has other parameters", "die Antwort hat andere Parameter"),
    "target-without-domain": (
        "a target identifier lacks system or value",
        "einem Ziel-Identifier fehlt System oder Wert",
    ),
    "source-in-answer": ("the identifier that was given comes back", "der genannte Identifier kommt zurück"),
    "no-other-identifier": ("no other identifier is known", "kein anderer Identifier ist bekannt"),
    "target-system-ignored": ("targetSystem is ignored", "targetSystem wird nicht beachtet"),
    "other-status": ("{status} in place of {expected}", "{status} statt {expected}"),
    "other-issue-code": ("the issue's code is not {expected}", "der Code des Issues ist nicht {expected}"),
    "document-not-retrieved": (
        "the document could not be had ({status})",
        "das Dokument war nicht zu bekommen ({status})",
    ),
    "not-in-metadata": ("the metadata has no {member}", "die Metadaten haben kein {member}"),
    "document-size-differs": ("its size is not that of the metadata", "die Größe ist nicht die der Metadaten"),
    "document-hash-differs": ("its SHA-1 is not that of the metadata", "der SHA-1 ist nicht der der Metadaten"),
    "document-hash-in-hexadecimal": (
        "the hash is hexadecimal, R4 asks for base64",
        "der Hash ist hexadezimal, R4 verlangt base64",
    ),
    "document-hash-not-sha1": ("the hash is not SHA-1", "der Hash ist kein SHA-1"),
    "document-as-binary-resource": (
        "it comes as a Binary resource, not as the document",
        "es kommt als Binary-Ressource, nicht als das Dokument",
    ),
    "document-type-refused": (
        "it is not given in the type that the metadata names",
        "es wird nicht in dem Typ geliefert, den die Metadaten nennen",
    ),
    "document-type-differs": (
        "its Content-Type is not that of the metadata",
        "der Content-Type ist nicht der der Metadaten",
    ),
    "no-record-claims-balp": ("no record claims a BALP profile", "kein Eintrag beruft sich auf ein BALP-Profil"),
    "profile-not-loaded": (
        "the profile is not loaded; give the package with --package",
        "das Profil ist nicht geladen; Paket mit --package angeben",
    ),
    "records-break-profile": (
        "{count} {count:record breaks its|records break their} profile",
        "{count} {count:Eintrag verletzt sein|Einträge verletzen ihr} Profil",
    ),
    "no-dicomweb-endpoint": ("no study names a DICOMweb endpoint", "keine Studie nennt einen DICOMweb-Endpoint"),
    "endpoint-not-reachable": ("the endpoint does not answer", "der Endpoint antwortet nicht"),
    "no-dicom-json": ("no DICOM JSON came ({status})", "es kam kein DICOM-JSON ({status})"),
    "limit-ignored": ("limit is ignored", "limit wird nicht beachtet"),
    "no-study-uid": ("the study has no Study Instance UID", "die Studie hat keine Study Instance UID"),
    "other-study": ("the metadata is of another study", "die Metadaten gehören zu einer anderen Studie"),
}

WRITING_REASONS: dict[str, tuple[str, str]] = {
    "transaction-refused": ("the transaction got {status}", "die Transaktion ergab {status}"),
    "no-transaction-response": (
        "the answer is no transaction-response",
        "die Antwort ist kein Bundle der Art transaction-response",
    ),
    "entries-not-created": (
        "{count} of {expected} {expected:entry|entries} got 201",
        "{count} von {expected} Einträgen {count:ergab|ergaben} 201",
    ),
    "locations-missing": ("entries lack their location", "Einträgen fehlt location"),
    "not-created": ("{status} in place of 201", "{status} statt 201"),
    "no-location": ("201 without Location", "201 ohne Location"),
    "not-updated": ("the second time {status} in place of 200", "beim zweiten Mal {status} statt 200"),
    "second-patient-made": (
        "the second time made another patient",
        "beim zweiten Mal entstand ein weiterer Patient",
    ),
    "not-there-after-writing": (
        "what was taken cannot be read ({status})",
        "das Angenommene ist nicht lesbar ({status})",
    ),
    "document-without-url": (
        "the stored metadata does not say where the document is",
        "die gespeicherten Metadaten sagen nicht, wo das Dokument liegt",
    ),
    "document-changed": ("the document is not the one that was sent", "das Dokument ist nicht das gesendete"),
    "nothing-written": ("nothing was written", "nichts wurde geschrieben"),
    "search-not-trusted": (
        "a search by an identifier that nothing has is not empty: a change by it might hit other data",
        "eine Suche nach einem nie vergebenen Identifier ist nicht leer: eine Änderung könnte fremde Daten treffen",
    ),
    "location-of-other-data": (
        "{count} {count:location|locations} led to data that was not written by this run; it was left alone",
        "{count} {count:Adresse führte|Adressen führten} zu Daten, die dieser Lauf nicht geschrieben hat;"
        " sie blieben unberührt",
    ),
    "test-data-stays": (
        "test data that could not be deleted ({count}): {names}",
        "Testdaten, die nicht zu löschen waren ({count}): {names}",
    ),
}

INTERFACE_REASONS = {**SECURITY_REASONS, **SMART_REASONS, **SEARCH_REASONS, **IHE_REASONS, **WRITING_REASONS}
