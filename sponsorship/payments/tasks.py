"""What payments does when its time comes round."""

from sponsorship.core.worker import Task

TASKS: tuple[Task, ...] = ()
