"""`python -m vterm` is the command `vterm`."""

import sys

from vterm.cli.main import main

sys.exit(main())
