"""What the project's own Dockerfiles, Compose files, Procfiles, units and workflows say."""
