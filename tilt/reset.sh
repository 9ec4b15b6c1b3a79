#!/bin/sh
# Takes away everything that was stored in a developer's namespace; Tilt then brings it up empty.
# The services follow the namespace.
set -eu
namespace=$1
shift

kubectl --namespace "$namespace" delete --ignore-not-found --wait \
  mongodbcommunity/mongodb cluster.postgresql.cnpg.io/temporal-db statefulset/nats
kubectl --namespace "$namespace" delete --wait persistentvolumeclaims --all
for resource in nats mongodb temporal-db temporal-schema temporal-frontend temporal-history temporal-matching \
  temporal-worker temporal-namespace "$@" stripe-double workflows make-current; do
  tilt trigger "$resource"
done
