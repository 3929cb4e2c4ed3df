"""Who they are: from a population's specification to virtual patients with a consistent past."""
