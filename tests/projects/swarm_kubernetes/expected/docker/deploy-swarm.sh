#!/bin/sh
# Deploys a release to a swarm, on one of its managers: migrates, then replaces one container after the other.
#   TAG=1.2.3 docker/deploy-swarm.sh [options of docker stack deploy]
set -eu
case "${1:-}" in -h | --help) sed -n '2,3s/^# *//p' "$0"; exit ;; esac
cd "$(dirname "$0")/.."
: "${TAG:?Give the release, as in TAG=1.2.3}"
STACK=${STACK:-my-site}

revision() { sha256sum "$1" | cut -c 1-12; }
image_of() { docker service inspect --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}' "$1" 2>/dev/null || true; }
secret_of() { docker service inspect --format '{{range .Spec.TaskTemplate.ContainerSpec.Secrets}}{{.SecretName}}{{end}}' "$1"; }
update_of() { docker service inspect --format '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}' "$1"; }
state_of() { docker inspect --type task --format '{{.Status.State}}' "$1"; }
services() { docker stack services --format '{{.Name}}' "$STACK"; }
deploy() { docker stack deploy --with-registry-auth --compose-file stack.yaml "$@" "$STACK"; }

PROXY_REVISION=$(revision docker/swarm/proxy.conf)
export TAG STACK PROXY_REVISION
[ -f docker/swarm/.env ] || { echo "docker/swarm/.env is missing: make it of .env.example there." >&2; exit 1; }
ENVIRONMENT_REVISION=$(revision docker/swarm/.env)
export ENVIRONMENT_REVISION
secret=$STACK-environment-$ENVIRONMENT_REVISION
docker secret inspect "$secret" >/dev/null 2>&1 || docker secret create "$secret" docker/swarm/.env >/dev/null
before=$(image_of "${STACK}_django")
before=${before%%@*}

# Only the job gets the new image. What serves goes on, also if the migration fails.
job=${STACK}_migrate
tasks=$(docker service ps --quiet "$job" 2>/dev/null || true)
if [ -z "$before" ]; then
    deploy --detach=true "$@"
else
    changes="--image ${REGISTRY:-ghcr.io/example/shop}-django:$TAG"
    old=$(secret_of "$job")
    [ "$old" = "$secret" ] || changes="$changes --secret-rm $old
        --secret-add source=$secret,target=environment,uid=1000,gid=1000,mode=0400"
    # shellcheck disable=SC2086  # several words
    docker service update --detach --quiet --force --no-resolve-image --with-registry-auth $changes "$job" >/dev/null
fi
state=
while [ "$state" != complete ]; do
    sleep 1
    task=$(docker service ps --quiet "$job" | grep -vxF "$tasks" | head -n 1 || true)
    [ -z "$task" ] || state=$(state_of "$task")
    case $state in
        failed | rejected)
            docker service logs --raw --tail 20 "$job" >&2 || true
            echo "The migration failed: the release before goes on." >&2
            exit 1 ;;
    esac
done

failed=
deploy --detach=false "$@" || failed=$STACK
for service in $(services); do
    case $(update_of "$service") in
        rollback* | paused) failed=$service ;;
    esac
done
if [ -n "$failed" ]; then
    # The services that did not fail go back too: one release at a time.
    [ -z "$before" ] || TAG=${before##*:} deploy --detach=false "$@"
    echo "The release failed ($failed): the release before goes on." >&2
    exit 1
fi
