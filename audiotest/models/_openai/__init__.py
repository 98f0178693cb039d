"""How the adapter ``openai`` talks to a server: requests, pace, retries, replies."""
