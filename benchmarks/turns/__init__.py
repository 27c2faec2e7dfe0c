"""The turn-taking laboratory: noisy calls in virtual time, measured against what is promised."""
