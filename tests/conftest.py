"""Its folder is where tests find the modules they share."""
