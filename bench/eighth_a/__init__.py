"""Half of the eighth examination: cells rewritten, tables laid out anew, encodings and archives."""
