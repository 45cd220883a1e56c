# The image of a node: Node.js, the shared libraries it needs and the program, on nothing. No shell, no package manager.
#
#   docker build -t oso-fallback .
#   docker run --env-file=.env -v $PWD:/export oso-fallback --export /export/oso-data.snapshot
#
# With podman or buildah add `--format docker`: OCI images have no health checks. docs/operations.md has the rest.

# Both stages that build need Node.js, npm, Python and a C++ toolchain, with the headers of Node.js under /usr/local.
# Pin it by digest where builds must repeat.
ARG NODE_IMAGE=docker.io/library/node:26-bookworm

FROM ${NODE_IMAGE} AS program
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/bundle.mjs scripts/bundle.mjs
COPY bin bin
COPY src src
RUN npm run build

FROM ${NODE_IMAGE} AS image
WORKDIR /app
# Native modules are compiled here, from the sources that the lock file pins: nothing else is downloaded.
ENV npm_config_build_from_source=true npm_config_nodedir=/usr/local
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY examples examples
COPY --from=program /app/dist dist
COPY scripts/deploy/make-image-root.sh /usr/local/sbin/make-image-root
RUN sh /usr/local/sbin/make-image-root /app /image

FROM scratch
LABEL org.opencontainers.image.title="oso-fallback" \
      org.opencontainers.image.description="A read-only fallback node for Oso Cloud"
COPY --from=image /image /

# The heap only: the index of facts lies outside of it. 96 MiB is for a container of 256 MiB; give larger ones more.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-old-space-size=96 \
    OSO_DIRECTORY=/data/oso

# By number, so that Kubernetes can see that it is not root. Any other user works as well: /data is open like /tmp, and
# whoever runs the node makes a directory of its own there.
USER 1000:1000
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8080

# Drains for OSO_DRAIN (15s), then 10s at most: stop it with a grace period of 30s or more.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=2 \
    CMD ["/usr/local/bin/node", "--max-old-space-size=16", "/app/dist/bin/healthcheck.js"]
# In small containers Node.js would make semi-spaces of 1 MiB, which requests in flight fill: docs/performance.md.
ENTRYPOINT ["/usr/local/bin/node", "--disable-proto=delete", "--disable-sigusr1", "--max-semi-space-size=4", "/app/dist/bin/oso-fallback.js"]
