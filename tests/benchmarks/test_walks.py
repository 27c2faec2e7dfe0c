"""The walk of a barge-in holds all that a barge-in does."""

from benchmarks.walks import Way, trace


def test_the_walk_leads_from_the_ears_decisions_to_the_last_command():
    steps = trace()
    assert [step.did for step in steps if step.did] == [
        ["UtteranceStarted"],
        ["UtteranceStarted"],
        ["BargeInPaused"],
        ["BargeInPaused", "Clear"],
        ["ClearQueue"],
        ["BargeInReal"],
        ["BargeInReal", "CancelResponse", "TruncateItem"],
        ["CancelResponse"],
        ["TruncateItem"],
    ]
    functions = Way([step for step in steps if step.did]).functions()
    assert "Conversation.handle" in functions["conversation/conversation.py"]
    assert not any(path.startswith("caller/") for path in functions)
