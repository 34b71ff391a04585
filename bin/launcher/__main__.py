"""Entry of bin/run and bin/test. Standard library only: it runs before anything is installed."""

import sys

import check
import serve
from trouble import Trouble


def main() -> int:
    command, *arguments = sys.argv[1:]
    try:
        return {"run": serve.main, "test": check.main}[command](arguments)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


sys.exit(main())
