"""The ninth examination, second half: office files, pictures and pages, data and code."""
