"""What is left of a run: its report and downloads, causes of errors, undo, verification, the list
of all runs and their charts, and the road map of the actions.

Used by Inicio, Informe and Historial; Ensayo takes its download from `downloads`.
"""
