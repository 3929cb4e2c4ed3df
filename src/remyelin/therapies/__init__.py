"""What is done to a patient: protocols as data that become dated inputs of the model."""
