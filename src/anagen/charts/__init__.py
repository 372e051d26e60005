"""One figure a function; a chart is made once and serves report, page and notebook."""
