"""Which files of the pinned npm packages are served: not their sources, maps and unused variants."""

from typing import ClassVar

from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig


class StaticFilesConfig(DjangoStaticFilesConfig):
    ignore_patterns: ClassVar[list[str]] = [
        *DjangoStaticFilesConfig.ignore_patterns,
        *("*.map", "*.d.ts", "*.cjs", "*.esm.*", "*.rtl.*", "tabler-*"),
    ]
