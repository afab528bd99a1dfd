"""Jobs of SageMaker that a state machine starts and waits for: the machine, its steps, and the names of jobs."""

__all__: list[str] = []
