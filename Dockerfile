# The bot. Code that agents write is not run in this container: give it an engine of its own, by DOCKER_HOST (a remote or a
# rootless engine is best) or by mounting a socket. Whoever can talk to an engine's socket is root on its host.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY parley.yml manifest.yml ./
COPY teams ./teams
COPY sandbox ./sandbox
COPY src ./src
COPY local-slack ./local-slack
COPY web ./web
# What is optional elsewhere is in the image: Postgres' client, Kubernetes', a collector's.
RUN npm run build && node scripts/peers-into-dependencies.mjs && npm prune --omit=dev --omit=optional && node scripts/keep-compiled.mjs /app/compiled

FROM node:24-slim
ENV NODE_ENV=production PARLEY_DB=/data/parley.db NODE_COMPILE_CACHE=/app/compiled
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/compiled ./compiled
COPY --from=build /app/THIRD-PARTY-NOTICES.md ./
COPY bin ./bin
COPY parley.yml ./
COPY teams ./teams
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
STOPSIGNAL SIGTERM
CMD ["node", "bin/parley.mjs", "start"]
