#!/bin/sh
# Builds, starts the new containers next to the old ones, lets the proxy ask the new ones, stops the old ones.
# If the new ones fail, the old ones go on.
# shellcheck disable=SC2046,SC2086  # names of containers and services are words
set -eu
cd "$(dirname "$0")/.."

help="usage: docker/deploy.sh [--no-build | --rollback | --help]

Replaces the running release by a new one, without losing a request.
  --no-build  take the images that are there
  --rollback  go back to the release before; the database stays as it is"
case "${1:-}" in
    "" | --no-build | --rollback) ;;
    -h | --help) echo "$help"; exit ;;
    *) echo "$help" >&2; exit 2 ;;
esac

running() { docker compose ps --format '{{.Name}}' "$1" | sort; }
created() { docker compose ps --all --format '{{.Name}}' "$1" | sort; }
without() { grep -vxF "$1" || true; }
first() { docker inspect --format "$2" "$(echo "$1" | head -n 1)"; }
twice() { echo $(($(echo "$1" | wc -l) * 2)); }
at() { echo "$2" | sed "s/\$/:$1/"; }

# Says whom the proxy asks, once it has read its configuration again.
servers() { # SERVICE SERVER...
    service=$1
    shift
    printf 'server %s max_fails=0;\n' "$@" | docker compose exec -T proxy sh -c "cat > /tmp/servers/$service"
}

# Returns when the requests that the proxy has sent are answered, or the time is over.
reload() { # SECONDS
    docker compose exec -T proxy sh -c '
        workers=$(grep -la "[n]ginx: worker" /proc/[0-9]*/cmdline)
        nginx -q -t && nginx -s reload 2>/dev/null || exit
        for second in $(seq "$0"); do
            sleep 1
            ls $workers 2>/dev/null | grep -q . || break
        done' "$1"
}

# Compose may start other containers later. nginx finds them by the names of services, but only a moment after it has
# read these for the first time.
ask_all() {
    servers django $(at 8000 "$(running django)") "django:8000 resolve"
    servers static $(at 8080 "$(running static)") "static:8080 resolve"
    reload 3
    servers django "django:8000 resolve"
    servers static "static:8080 resolve"
    reload 3
}

give_up() {
    set +e
    trap '' INT TERM

    for container in $(created django | without "$old_django") $(created static | without "$old_static"); do
        docker logs --tail 20 "$container" >&2
        docker rm --force "$container" >/dev/null
    done
    docker image tag "$django_before" "$django_image"
    docker image tag "$static_before" "$static_image"
    [ -z "$others" ] || docker compose up --detach --no-deps $others
    ask_all
    echo "$reason: the release before goes on." >&2
    exit 1
}

old_django=$(running django) old_static=$(running static) others=""
if [ -z "$old_django" ] || [ -z "$old_static" ] || [ -z "$(running proxy)" ]; then
    [ "${1:-}" != --rollback ] || { echo "Nothing runs: start it by docker compose up --detach --wait" >&2; exit 1; }
    docker compose build
    docker compose up --detach static # it may have had the port until now
    exec docker compose up --detach --wait
fi
django_image=$(first "$old_django" '{{.Config.Image}}') django_before=$(first "$old_django" '{{.Image}}')
static_image=$(first "$old_static" '{{.Config.Image}}') static_before=$(first "$old_static" '{{.Image}}')

reason="Stopped"
trap give_up EXIT
trap 'exit 1' INT TERM
# Compose would start again what has stopped, with its old image.
docker compose rm --force django static

if [ "${1:-}" = --rollback ]; then
    reason="There are no images of a release before this one"
    docker image tag "$django_image:previous" "$django_image"
    docker image tag "$static_image:previous" "$static_image"
elif [ "${1:-}" != --no-build ]; then
    reason="The build failed"
    docker compose build
fi

reason="The proxy refuses its configuration"
docker compose exec -T proxy sh -c 'cat > /tmp/default.conf' <docker/proxy/default.conf
servers django $(at 8000 "$old_django")
servers static $(at 8080 "$old_static")
reload 3

reason="The new containers do not get healthy"
docker compose up --detach --wait --no-recreate \
    --scale "django=$(twice "$old_django")" --scale "static=$(twice "$old_static")" django static
new_django=$(running django | without "$old_django") new_static=$(running static | without "$old_static")

reason="The other services do not start"
others=$(docker compose config --services | grep -vxE 'django|static|proxy' || true)
[ -z "$others" ] || docker compose up --detach --no-deps $others

reason="The proxy does not switch"
trap '' INT TERM
servers django $(at 8000 "$new_django")
# Pages of both releases find their files.
servers static $(at 8080 "$new_static") $(at 8080 "$old_static")
reload 30
trap - EXIT

docker stop $old_django >/dev/null
servers static $(at 8080 "$new_static")
reload 30

docker stop $old_static >/dev/null
docker rm $old_django $old_static >/dev/null
ask_all
if [ "$(docker image inspect --format '{{.Id}}' "$django_image" "$static_image")" != "$django_before
$static_before" ]; then
    docker image tag "$django_before" "$django_image:previous"
    docker image tag "$static_before" "$static_image:previous"
fi
echo "The new release answers. To go back: docker/deploy.sh --rollback"
