#!/bin/sh
# Makes each line NAME=value of Swarm's secret a variable, and runs the command.
set -eu
while IFS= read -r line || [ -n "$line" ]; do
    case $line in
        "" | "#"*) ;;
        *) export "${line?}" ;;
    esac
done </run/secrets/environment
exec "$@"
