"""From a plan to a document, and from a document to HTML, text and JSON."""
