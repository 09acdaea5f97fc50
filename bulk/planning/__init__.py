"""A file seen through an action: mapping, scope, names, validation, repairs."""
