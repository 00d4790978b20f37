"""Working scores out and recording what changed."""
