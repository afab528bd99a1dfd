"""From a request's body to what the model is given: rows, their columns' names, order and types.

`decoding` reads a body of any accepted format, `model_columns` says what the model was fitted with, `model_rows` brings
the one into the form of the other, and `refusals` says in the sender's words why that cannot be done.
"""

__all__ = ()
