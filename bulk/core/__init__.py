"""What every package shares: what an action is and needs, the records that pass between packages,
states and their words, settings, redaction and logs, texts, files written whole.

Others use `action`, `demand`, `id_kinds`, `records`, `states`, `references`, `settings`, `logs`,
`redaction`, `action_log`, `stop_reasons`, `headers`, `text` and `files`.
"""
