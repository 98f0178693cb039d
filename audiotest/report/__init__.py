"""What people and CI systems are shown: failure texts, JUnit properties, the terminal."""
