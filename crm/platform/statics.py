"""How static files are stored where the site runs."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

DIGITS = 8


class ShortHashes(CompressedManifestStaticFilesStorage):
    """Names with eight digits of the content's hash instead of twelve.

    Each page names some twenty files, and digits by chance are what compresses least: that is a
    hundredth of a full page. Two contents of one file share a name once in 4 thousand million.
    """

    def file_hash(self, name, content=None):
        hashed = super().file_hash(name, content)
        return hashed and hashed[:DIGITS]
