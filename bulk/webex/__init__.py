"""The only package that speaks HTTP: client, retry policy, errors of the API, pace."""
