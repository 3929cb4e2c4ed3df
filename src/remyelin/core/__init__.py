"""What every room shares: writing in one step, kept artefacts, digests of inputs."""
