# Bindery in a container: nothing is downloaded but Debian packages.
#
#   docker build -t bindery .
#   docker run --read-only -p 8080:8080 -v bindery-data:/var/lib/bindery bindery
#
# The root file system may be read-only: everything that is written is under /var/lib/bindery.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libssl-dev libcurl4-openssl-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build --traits PostgreSQL --configuration release --static-swift-stdlib --product bindery \
        --explicit-target-dependency-import-check error \
    && install -D "$(swift build --configuration release --static-swift-stdlib --show-bin-path)/bindery" \
        /image/usr/bin/bindery \
    && strip --strip-debug /image/usr/bin/bindery \
    && install -D "$(dirname "$(readlink -f "$(command -v swift)")")/../libexec/swift/linux/swift-backtrace-static" \
        /image/usr/libexec/bindery/swift-backtrace-static

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libpq5 libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 bindery \
    && useradd --system --uid 10001 --gid bindery --no-create-home --home-dir /var/lib/bindery \
        --shell /usr/sbin/nologin bindery \
    && install -d -o bindery -g bindery -m 0700 /var/lib/bindery
COPY --from=build /image/ /
COPY config/bindery.json /etc/bindery/bindery.json
COPY config/catalogue /usr/share/bindery/catalogue
COPY config/demo /usr/share/bindery/demo
COPY config/demo-vault.json /usr/share/bindery/demo-vault.json
COPY LICENSE /usr/share/doc/bindery/LICENSE

# Registers and memory stay out of a crash text, which goes to the log.
ENV BINDERY_CONFIG=/etc/bindery/bindery.json \
    BINDERY_DATA=/var/lib/bindery \
    BINDERY_LISTEN=0.0.0.0:8080 \
    SWIFT_BACKTRACE=enable=yes,interactive=no,color=no,registers=none,images=none,sanitize=yes,swift-backtrace=/usr/libexec/bindery/swift-backtrace-static

USER 10001:10001
WORKDIR /var/lib/bindery
VOLUME /var/lib/bindery
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["bindery", "healthcheck"]
ENTRYPOINT ["bindery"]
CMD ["serve"]
