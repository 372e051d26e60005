"""The patient record: format, intake, conditioning."""
