"""The bot's half: answers on their way, the gate before the model, what was heard, and tool calls."""
