"""The local server: decision support for records (CDS Hooks) and a page, on this machine only."""
