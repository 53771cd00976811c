"""Half of the ninth examination: cells rewritten, tables laid out anew, wrappings in one another."""
