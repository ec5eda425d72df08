"""The services that settings connect to, and how Compose runs them."""
