"""Declared relatives (亲属申报): whom an officer takes no step for."""
