"""A worker's in-house title: evaluated, appointed, ended."""
