"""Other people's formats: FHIR in."""
