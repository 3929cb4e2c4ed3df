"""The fused engine: the model's graph compiled into one loop over days for a block of patients."""
