"""Named actions of treatments: one mechanism a file, one explicit dict."""
