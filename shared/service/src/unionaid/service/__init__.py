"""The shell every service stands in: settings, clock, tokens, problems, idempotency, health, the process.

Import from the modules; `unionaid.service.refusals` and `unionaid.service.roles` import no IO and may be
imported by rules.
"""
