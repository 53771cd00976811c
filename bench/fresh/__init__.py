"""A fourth examination by another hand: new disguises for records, each with its decoder."""
