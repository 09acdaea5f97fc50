"""Bulk operations on Webex Calling, from CSV files: dataset -> mapping -> rows -> plan -> orders ->
journal -> report.
"""
