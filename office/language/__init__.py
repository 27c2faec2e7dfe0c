"""Days, times and statements as people say them: beside each rule a file for every language."""
