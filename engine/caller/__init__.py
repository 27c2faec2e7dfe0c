"""The caller's half: from frames to turns, and what of the sound goes up to the model."""
