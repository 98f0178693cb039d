"""How the adapter ``process`` runs a model in an environment of its own."""
