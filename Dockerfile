# syntax=docker/dockerfile:1.7
# One image for every process of ours: `docker build --build-arg SERVICE=services/tickets .` makes that of tickets.
# SERVICE is the folder of its workspace. `npm run check:k8s` carries out the same steps without Docker; it knows
# the instructions used here and refuses any other, so what is written below is what was checked.
#
# Bases are pinned by digest; renew tag and digest together.
ARG BUILD_IMAGE=docker.io/library/node:24-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
ARG RUN_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot@sha256:a58790048b54a9a6680b0ca6eb5b497efcb6225905e30f8e77f2edf76ffaf311

# What npm reads, and nothing else: an edited source file leaves the layers with packages as they are.
FROM ${BUILD_IMAGE} AS manifests
WORKDIR /app
ENV npm_config_audit=false npm_config_fund=false npm_config_save=false npm_config_include_workspace_root=false
COPY package.json package-lock.json ./
COPY proto/package.json proto/
COPY runtime/package.json runtime/
COPY gateway/package.json gateway/
COPY services/auth/package.json services/auth/
COPY services/tickets/package.json services/tickets/
COPY services/orders/package.json services/orders/
COPY services/payments/package.json services/payments/
COPY services/catalog/package.json services/catalog/
COPY services/events/package.json services/events/
COPY services/deliveries/package.json services/deliveries/
COPY services/operations/package.json services/operations/
COPY services/payouts/package.json services/payouts/
COPY services/cases/package.json services/cases/
COPY workflows/package.json workflows/
COPY local/launcher/package.json local/launcher/
COPY local/cluster/package.json local/cluster/
COPY local/servers/package.json local/servers/
COPY local/stripe-double/package.json local/stripe-double/
COPY web/package.json web/
COPY tests/package.json tests/

# TypeScript of the contracts.
FROM manifests AS contracts
RUN --mount=type=cache,target=/root/.npm npm install --workspace proto
COPY buf.yaml buf.gen.yaml ./
COPY proto proto
RUN npm exec --no -- buf generate

# The service with what it needs of the workspace, built where it has something to build.
FROM manifests AS service
ARG SERVICE
RUN --mount=type=cache,target=/root/.npm npm install --workspace ${SERVICE}
COPY --from=contracts /app/proto/gen proto/gen
# The compiler options that a build may read.
COPY tsconfig.json ./
COPY runtime runtime
COPY ${SERVICE} ${SERVICE}
RUN npm run build --if-present --workspace ${SERVICE}
RUN npm prune --omit=dev --workspace ${SERVICE}
# Temporal ships its native core for every platform; this image is for one.
RUN rm -rf node_modules/@temporalio/core-bridge/releases/*-apple-darwin node_modules/@temporalio/core-bridge/releases/*-windows-*
# A fixed name, since CMD knows no arguments.
RUN ln -s ${SERVICE} service

# For development on a cluster: sources are synchronised into it, and Node starts again when one changes.
FROM ${BUILD_IMAGE} AS development
WORKDIR /app
ENV NODE_ENV=development
COPY --from=service --chown=65532:65532 /app /app
USER 65532:65532
CMD ["node", "--watch", "--watch-preserve-output", "--env-file-if-exists=service/dist/image.env", "--conditions=@ticketing/source", "service"]

# Neither shell nor package manager; everything in it belongs to root and is only read.
FROM ${RUN_IMAGE} AS production
WORKDIR /app
ENV NODE_ENV=production
COPY --from=service /app /app
USER 65532:65532
CMD ["--env-file-if-exists=service/dist/image.env", "--conditions=@ticketing/source", "service"]
