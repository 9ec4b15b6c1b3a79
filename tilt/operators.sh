#!/bin/sh
# Installs the operators that run MongoDB and PostgreSQL, and the one that issues certificates in a mesh for users, unless
# the cluster has them.
set -eu

if ! kubectl get crd clusters.postgresql.cnpg.io >/dev/null 2>&1; then
  version=1.30.0
  kubectl apply --server-side -f \
    "https://github.com/cloudnative-pg/cloudnative-pg/releases/download/v$version/cnpg-$version.yaml"
  kubectl --namespace cnpg-system rollout status deployment/cnpg-controller-manager --timeout 5m
fi

if ! kubectl get crd mongodbcommunity.mongodbcommunity.mongodb.com >/dev/null 2>&1; then
  helm upgrade --install mongodb-kubernetes mongodb-kubernetes --version 1.13.0 \
    --repo https://mongodb.github.io/helm-charts --namespace mongodb-operator --create-namespace \
    --set operator.watchNamespace='*' --set community.mongodb.imageType=ubi9 --wait
fi

if ! kubectl get crd certificates.cert-manager.io >/dev/null 2>&1; then
  version=1.21.2
  kubectl apply --server-side -f \
    "https://github.com/cert-manager/cert-manager/releases/download/v$version/cert-manager.yaml"
  # Its webhook has to answer before a certificate can be asked for.
  for deployment in cert-manager cert-manager-cainjector cert-manager-webhook; do
    kubectl --namespace cert-manager rollout status "deployment/$deployment" --timeout 5m
  done
fi
