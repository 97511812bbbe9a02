"""Where `python -m vterm.signer` begins."""

import sys

from vterm.signer.process import main

sys.exit(main())
