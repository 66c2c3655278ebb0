"""A server of the Close Jobs API that shares nothing with the product or with closecheck: what the gate is held to.

    python3 cli/foreign_server --profile xpack-6.3 --mood jitter --flaw closed-is-text --configuration FILE

It prints `listening on http://127.0.0.1:PORT` and, before that, writes a configuration for `closecheck run`. `--list`
prints the flaws, each with the clauses that may be named for it. Standard library only.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from dialects import DIALECTS  # noqa: E402
from edge import Edge  # noqa: E402
from flaws import FLAWS, Flawed  # noqa: E402
from moods import MOODS  # noqa: E402
from server import RIGHTS, Server  # noqa: E402

PASSWORDS = {name: (f"{name}-has-a-password", right) for name, right in RIGHTS.items()}


def configuration(url, profile):
    """What `closecheck run --config` reads."""
    hook = f"curl -fsS -X POST {url}/_test/jobs/{{job_id}}"
    principals = {name: {"username": name, "password": password} for name, (password, _) in PASSWORDS.items()}
    return {
        "target": url,
        "profile": profile,
        "principals": principals,
        "hooks": {
            "fail_job": f"{hook}/_fail",
            "slow_close": f'curl -fsS -X POST "{url}/_test/jobs/{{job_id}}/_slow?housekeeping={{duration}}"',
            "hang_close": f"{hook}/_hang",
        },
    }


async def main(arguments):
    """Serves until it is killed."""
    server = Server(DIALECTS[arguments.profile], MOODS[arguments.mood], Flawed(arguments.flaw), PASSWORDS)
    edge = Edge(server.handle, server.mood)
    listener = await asyncio.start_server(edge.serve, "127.0.0.1", arguments.port)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    if arguments.configuration:
        Path(arguments.configuration).write_text(json.dumps(configuration(url, arguments.profile), indent=2))
    print(f"listening on {url}", flush=True)
    async with listener:
        await listener.serve_forever()


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--profile", choices=sorted(DIALECTS), default="xpack-6.3")
parser.add_argument("--mood", choices=sorted(MOODS), default="plain")
parser.add_argument("--flaw", choices=sorted(FLAWS), action="append", default=[])
parser.add_argument("--configuration")
parser.add_argument("--list", action="store_true")
options = parser.parse_args()
if options.list:
    for flaw in FLAWS.values():
        print(f"{flaw.name}\t{flaw.dialect}\t{','.join(flaw.clauses)}\t{flaw.text}")
else:
    try:
        asyncio.run(main(options))
    except KeyboardInterrupt:
        pass
