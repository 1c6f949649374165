# Stepwell in a container:
#   docker build -t stepwell . && docker run --rm -p 8083:8083 -v stepwell:/data stepwell
FROM debian:12-slim AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends git ca-certificates >/dev/null
WORKDIR /src
COPY . .
RUN ./dev build release

FROM debian:12-slim
# What the program links, and what runs local functions in Python and Node.js.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends \
        ca-certificates curl libfmt9 libspdlog1.10 libsqlite3-0 libssl3 libyaml-cpp0.7 nodejs python3 >/dev/null \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/release/stepwell /usr/local/bin/stepwell
RUN useradd --system --home-dir /data stepwell && install -d -o stepwell -g stepwell /data
USER stepwell
# Local functions are looked for relative to this folder: mount a project there, with its stepwell.yaml.
WORKDIR /work
# In a container all interfaces: the port is reached only where -p publishes it.
ENV STEPWELL_ADDRESS=0.0.0.0 STEPWELL_DATA=/data/stepwell.db
VOLUME /data
EXPOSE 8083
HEALTHCHECK --interval=5s --timeout=2s CMD ["curl", "-fsS", "http://127.0.0.1:8083/health"]
ENTRYPOINT ["stepwell"]
CMD ["serve"]
