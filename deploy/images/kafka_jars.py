"""Bring Kafka's jars, each by its checksum, into a directory: `python kafka_jars.py /opt/kafka`."""

import os
import sys
from pathlib import Path

from unionaid.embedded import maven

directory = Path(sys.argv[1]) / "jars"
maven.fetch(maven.locked_jars(), directory, maven.read_settings(os.environ, Path.home()))
print(sum(1 for _ in directory.rglob("*.jar")), "jars in", directory)
