"""Bad files, and odd ones that are good, each with the answer that an import gives.

`files/` holds those that are plain texts; `made.py` builds those of other encodings, packed and
damaged ones, workbooks and large ones. `answers.py` says what becomes of the plain ones.
"""
