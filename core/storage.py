"""Static files with the hash of their content in the name."""

from django.contrib.staticfiles import finders
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's hashed and compressed files, for packages as they are published.

    - A "sourceMappingURL" comment is left alone: npm packages name maps that they do not ship.
    - A file that exists and was not collected yet is linked by its own name; one that does not exist
      raises ValueError, as a typing mistake should.
    """

    manifest_strict = False
    patterns = (("*.css", CompressedManifestStaticFilesStorage.patterns[0][1][:2]),)

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            if finders.find(name) is None:
                raise
            return name
