"""``python -m tests.servers.hapi build|start|stop|run [--load]``: the server by hand; its folder is in the cache."""

import argparse
import sys
import time
from pathlib import Path

from tests.servers.hapi.build import ServerUnusable, built, home
from tests.servers.hapi.loading import load
from tests.servers.hapi.process import KEPT, HapiRun, HapiServer

FOLDER = home() / "hapi-run"


def main() -> int:
    """Exit code 0, or 3 with one line where there is no server."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.hapi", description=__doc__)
    parser.add_argument("what", choices=("build", "start", "stop", "run"))
    parser.add_argument("--load", action="store_true", help="load the sample and shared data")
    parser.add_argument("--large", action="store_true", help="load more of the shared data: some 8,000 resources")
    given = parser.parse_args()
    try:
        return _done(given.what, given.load or given.large, given.large)
    except ServerUnusable as fault:
        print(f"hapi: {fault}", file=sys.stderr)
        return 3


def _done(what: str, loading: bool, large: bool) -> int:
    run = HapiRun(FOLDER)
    if what == "build":
        print(built())
    elif what == "stop":
        print("stopped" if run.stop() else "was not running")
    else:
        _shown(run.enter(KEPT), run.log)
        try:
            if loading:
                print(f"loaded {sum(load(run, large=large).counts.values())} resources", flush=True)
            while what == "run":
                time.sleep(1)
        except KeyboardInterrupt:
            pass
        finally:
            if what == "run":
                run.stop()
    return 0


def _shown(server: HapiServer, log: Path) -> None:
    print(f"{server.base}\n{server.secured}  (token {server.token}; user {server.user}, password {server.password})")
    print(f"process {server.pid}, log {log}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
