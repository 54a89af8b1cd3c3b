"""From candidates to one answer: scores, agreement, conflicting accounts, yes or no."""
