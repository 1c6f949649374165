# Two images of one program that needs no library:
#   docker build -t stepwell .                                 the server alone: under 20 MB, for tasks elsewhere
#   docker build -t stepwell:functions --target functions .    with Python and Node.js, for local functions and Parquet
#   docker run --rm -p 8083:8083 -v stepwell:/data stepwell
# For arm64: docker build --platform linux/arm64 --build-arg TARGETARCH=arm64 …; it is cross-built, no emulation.
# docker/test-image builds and tries both where there is no Docker, with BASE made by debootstrap.
ARG BASE=debian:12-slim

FROM --platform=$BUILDPLATFORM ${BASE} AS build
ARG TARGETARCH=amd64
WORKDIR /src
COPY . .
# The compiler's cache outlives the build: the next one compiles what has changed.
RUN --mount=type=cache,target=/root/.cache/ccache docker/build-static "$TARGETARCH" /image

# What reads Parquet for Distributed Maps: a script and npm's packages, without native code.
FROM --platform=$BUILDPLATFORM ${BASE} AS parquet
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates npm >/dev/null
COPY integrations/items/parquet/package.json integrations/items/parquet/package-lock.json integrations/items/parquet/parquet_lines.mjs /parquet/
RUN npm ci --prefix /parquet --omit=dev --no-audit --no-fund --loglevel=error

FROM ${BASE} AS functions
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates nodejs python3 >/dev/null \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /image/stepwell /stepwell
COPY --from=parquet /parquet /parquet
COPY --from=build --chown=65534:65534 /image/data /data
USER 65534:65534
# Local functions are looked for relative to this folder: mount a project there, with its stepwell.yaml.
WORKDIR /work
# In a container all interfaces: the port is reached only where -p publishes it.
ENV STEPWELL_ADDRESS=0.0.0.0 STEPWELL_DATA=/data/stepwell.db
VOLUME /data
EXPOSE 8083
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["/stepwell", "health"]
ENTRYPOINT ["/stepwell"]
CMD ["serve"]

FROM scratch
# What the program looks for in an otherwise empty root: the certificates of HTTPS servers, names, and a place to write.
COPY --from=build /image/ /
USER 65534:65534
WORKDIR /work
ENV STEPWELL_ADDRESS=0.0.0.0 STEPWELL_DATA=/data/stepwell.db
VOLUME /data
EXPOSE 8083
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["/stepwell", "health"]
ENTRYPOINT ["/stepwell"]
CMD ["serve"]
