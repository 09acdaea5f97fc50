"""Spanish texts for changes, problems, states, settings and remedies."""
