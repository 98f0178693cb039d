"""Settings of this checkout: plugin tests run pytest inside pytest."""

pytest_plugins = ["pytester"]
