"""The engine: takes a model, patients and dated inputs, and carries them through days."""
