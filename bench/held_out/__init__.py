"""A held-out set of disguises for records, each with the decoder that proves them recoverable."""
