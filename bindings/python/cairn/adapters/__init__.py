"""Functions of the form that trainers call."""
