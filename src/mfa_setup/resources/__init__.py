"""The five resources that a run sets up, in an order that locks no user out."""
