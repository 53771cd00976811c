"""A fifth corpus of disguises, by a hand that saw the contract and not the gate."""
