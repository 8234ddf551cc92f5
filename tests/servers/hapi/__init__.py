"""A real FHIR server for tests: HAPI FHIR JPA (R4) built from Maven Central, database in memory, on loopback.

``python -m tests.servers.hapi build|start|stop|run``; in tests the fixture `hapi` (see fixture.py).
"""
