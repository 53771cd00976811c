"""A seventh corpus of disguises, by another hand that was given the command line's contract alone."""
