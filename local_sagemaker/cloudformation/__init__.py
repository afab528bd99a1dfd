"""Stacks as CloudFormation treats them: change sets in dependency order, replacement before deletion, rollback."""

__all__: list[str] = []
