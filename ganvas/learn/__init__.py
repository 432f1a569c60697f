"""Folders of pictures -> style file: recipes, data, networks, losses, methods, the loop and the export.

Needs torch (``pip install ganvas[learn]``); knows nothing of the judge, of the web and of jobs.
"""
