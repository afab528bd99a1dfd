"""Training jobs: started through a state machine, followed to their end, and looked at afterwards."""

__all__: list[str] = []
