"""What the operator reads of changes, problems, refusals, settings and states, in Spanish.

Others use `ChangeText` (changes), `explain` and `remedy_for` (remedies), `message_for` (problems),
`ErrorGroup` and `fingerprint` (fingerprints), `state_word` (states), `setting_text` (settings).
"""
