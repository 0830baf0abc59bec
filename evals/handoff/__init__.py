"""What a handoff keeps: cuts of recorded dialogues, what was needed after them, baselines."""
