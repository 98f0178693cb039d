"""Where a run can be sent: experiment trackers and the Hugging Face Hub, one module each."""
