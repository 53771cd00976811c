"""The tenth examination: techniques composed at random from small stages, each with its inverse."""
