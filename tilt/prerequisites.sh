#!/bin/sh
# Says what `tilt up` needs and does not find on this machine and in its cluster, with where to get it, and fails then.
set -u
failed=0

missing() {
  echo "missing: $1: $2" >&2
  failed=1
}

# The first number of two parts in what a command prints: 1.34 of v1.34.2.
version() {
  sed -n 's/^[^0-9]*\([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1
}

is_at_least() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n | head -n 1)" = "$2" ]
}

# need NAME VERSION SOURCE COMMAND...: the command prints the version that is there.
need() {
  name=$1 wanted=$2 source=$3
  shift 3
  found=$("$@" 2>/dev/null | version)
  if [ -z "$found" ]; then
    missing "$name $wanted or newer" "$source"
  elif ! is_at_least "$found" "$wanted"; then
    missing "$name $wanted or newer, not $found" "$source"
  fi
}

need Node.js 20.19 https://nodejs.org/en/download node --version
need Docker 23.0 https://docs.docker.com/get-started/get-docker docker version --format '{{.Client.Version}}'
need kubectl 1.33 https://kubernetes.io/docs/tasks/tools kubectl version --client
need Helm 3.14 https://helm.sh/docs/intro/install helm version --template '{{.Version}}'

[ -d node_modules ] || missing "the packages of package-lock.json" "npm ci"
docker info >/dev/null 2>&1 || missing "a Docker daemon that answers" "start Docker"

cluster() {
  kubectl --request-timeout 5s "$@" 2>/dev/null
}
kubernetes=$(cluster get --raw /version | sed -n '/"gitVersion"/p' | version)
if [ -z "$kubernetes" ]; then
  missing "a cluster that answers kubectl" \
    "on this machine by ctlptl (https://github.com/tilt-dev/ctlptl) and kind (https://kind.sigs.k8s.io): ctlptl apply -f tilt/cluster.yaml"
else
  is_at_least "$kubernetes" 1.34 || missing "Kubernetes 1.34 or newer, not $kubernetes" "renew the cluster"
  case $(cluster get storageclasses --output \
    'jsonpath={.items[*].metadata.annotations.storageclass\.kubernetes\.io/is-default-class}') in
    *true*) ;;
    *) missing "a default StorageClass" https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass ;;
  esac
fi
exit $failed
