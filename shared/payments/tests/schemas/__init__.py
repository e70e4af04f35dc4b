"""The schemas of ISO 20022, as they are published."""

from __future__ import annotations

from pathlib import Path

import xmlschema

HERE = Path(__file__).parent
PAIN = xmlschema.XMLSchema(HERE / "pain.001.001.09.xsd")
CAMT = xmlschema.XMLSchema(HERE / "camt.054.001.08.xsd")
