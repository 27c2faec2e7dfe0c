"""The words that the model is given: its prompt, the notice, and lines during a call."""
