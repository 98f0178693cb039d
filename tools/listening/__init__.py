"""What the listening suite asks: one function a form of question, grouped by what has to be heard."""
