"""Events of one article: triggers, participants, status, casualties."""
