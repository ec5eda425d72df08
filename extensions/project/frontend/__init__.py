"""The front ends that a project builds with Node."""
