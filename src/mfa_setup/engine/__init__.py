"""The engine of every command: it observes both services, plans the changes, guards against lockouts and applies."""
