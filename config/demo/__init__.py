"""The demonstration: input files, brought in through the same doors as anything else."""
