"""Files: uploads, problems and their correction, repairs, ids looked up by name, and exports.

Datos draws all of it; Mapeo and Ensayo use `problem_list`, `problems` and `name_lookup`. Whoever
loads a file uses `corrections`.
"""
