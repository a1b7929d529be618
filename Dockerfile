# One image for `ai-agents api`, `worker` and `migrate`; reads no network when it starts. `serve` and `verify` need packages that are not in it.
FROM docker.io/library/node:24.21.0-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY build.ts ./
COPY src ./src
RUN node build.ts && rm dist/empty-cluster.tar.gz

FROM docker.io/library/node:24.21.0-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe
# git and ssh for clones; tini buries the processes that a killed git leaves behind. Git runs no Perl of the parts that are used here.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git openssh-client tini \
 && perl=$(dpkg-query -W -f '${Package} ' 'perl' 'perl-modules-*' 'libperl5*' 'liberror-perl' 'git-man') \
 && dpkg --purge --force-depends $perl \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/debconf /var/log/apt /var/log/dpkg.log /usr/share/doc /usr/share/man \
    /usr/share/locale/*/LC_MESSAGES/git.mo
WORKDIR /app
# Bundled: the production dependencies that these commands use are in these files.
COPY --from=build /build/dist ./dist
COPY package.json ./
RUN chmod 755 dist/main.cjs && ln -s /app/dist/main.cjs /usr/local/bin/ai-agents
ARG VERSION=1.0.0
ARG REVISION
LABEL org.opencontainers.image.title="ai-agents" \
      org.opencontainers.image.description="Proves that a deployment story is done" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
ENV NODE_ENV=production
USER 1000:1000
EXPOSE 8000
ENTRYPOINT ["tini", "--"]
CMD ["ai-agents", "api"]
