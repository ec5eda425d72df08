#!/bin/sh
# Deploys a release to the cluster of kubectl's context: migrates, then replaces one pod after the other.
#   TAG=1.2.3 docker/deploy-kubernetes.sh [folder of a kustomization, k8s where none is given]
set -eu
case "${1:-}" in -h | --help) sed -n '2,3s/^# *//p' "$0"; exit ;; esac
cd "$(dirname "$0")/.."
: "${TAG:?Give the release, as in TAG=1.2.3}"
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
manifests=$folder/manifests.yaml
kubectl kustomize "${1:-k8s}" >"$folder/latest.yaml"
sed -E "s#(image: .*-(django|static)):latest\$#\1:$TAG#" "$folder/latest.yaml" >"$manifests"

apply() { kubectl apply --filename "$manifests" "$@"; }
here() { kubectl --namespace my-site "$@"; }

apply --selector app.kubernetes.io/component=config
revision='{.metadata.name}={.metadata.annotations.deployment\.kubernetes\.io/revision}'
before=$(here get deployments --output "jsonpath={range .items[*]}$revision {end}")
# A job cannot be changed.
here delete job migrate --ignore-not-found
apply --selector app.kubernetes.io/component=migrate
while :; do
    case $(here get job migrate --output 'jsonpath={.status.conditions[?(@.status=="True")].type}') in
        *Failed*)
            here logs job/migrate --tail 50 >&2 || true
            echo "The migration failed: the release before goes on." >&2
            exit 1 ;;
        *Complete*) break ;;
    esac
    sleep 2
done

apply
for deployment in $(here get deployments --output name); do
    if ! here rollout status "$deployment" --timeout 10m; then
        for pair in $before; do
            here rollout undo "deployment/${pair%%=*}" --to-revision "${pair#*=}" || true
        done
        echo "The release failed ($deployment): the release before goes on." >&2
        exit 1
    fi
done
