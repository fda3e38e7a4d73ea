"""Lists as files: CSV and XLSX, written down in the trail (PRODUCT.md §7)."""
