"""What a description says and what it leaves out, judged by its kind. PURE: words in, an assessment out; no ORM, no clock."""

from tickets.coach.aspects import Aspect, needs
from tickets.coach.examples import example_of
from tickets.coach.judging import Assessment, Told, assess
from tickets.coach.words import Question, label, questions

__all__ = ["Aspect", "Assessment", "Question", "Told", "assess", "example_of", "label", "needs", "questions"]
