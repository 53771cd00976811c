"""A sixth corpus of disguises, by a hand that was given the command line's contract and nothing else."""
