# The service in a container: `docker build .` for Bun, with `--build-arg RUNTIME=node` or `RUNTIME=deno` for the others.
# `npm run test:docker` runs these steps without a container engine; docs/deploy.md has the line that starts the image.
ARG RUNTIME=bun

# The dependencies come from the one lockfile, whatever the runtime. (The runtimes in devDependencies stay out.)
FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && mkdir data

# What the image runs is built of them: a start then reads a few files instead of six hundred. Bun gets one program that is compiled
# already, the others a bundle.
FROM oven/bun:1.4-slim AS sources
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY src ./src

FROM sources AS built-for-bun
RUN bun run build && rm dist/*.map && bun build --target=bun --outdir=dist src/healthcheck.ts

FROM sources AS built-for-node
RUN bun run bundle

FROM built-for-node AS built-for-deno

FROM built-for-${RUNTIME} AS built

FROM oven/bun:1.4-slim AS on-bun
ENV BUN_RUNTIME_TRANSPILER_CACHE_PATH=0
ENTRYPOINT ["/app/dist/tandem"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["bun", "/app/dist/healthcheck.js"]

FROM node:26-slim AS on-node
# What it has compiled is kept on the volume, and the next start has less to do.
ENV NODE_COMPILE_CACHE=/data/.node-compile-cache
ENTRYPOINT ["node", "--enable-source-maps", "dist/bundle/main.js"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "dist/bundle/healthcheck.js"]

FROM denoland/deno:2.9.5 AS on-deno
# Deno does the same by itself, where it may. Told nothing, it would read the whole bundle before it runs a part of it.
ENV DENO_DIR=/data/.deno DENO_NO_UPDATE_CHECK=1
ENTRYPOINT ["deno", "run", "--unstable-lazy-dynamic-imports", "--no-prompt", "--allow-net", "--allow-env", \
  "--allow-read", "--allow-write=/data", "--allow-sys=setPriority", "dist/bundle/main.js"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["deno", "run", "--no-prompt", "--allow-net=127.0.0.1", "--allow-env=PORT", \
  "dist/bundle/healthcheck.js"]

# The image: the base with files put into it, and no command run.
FROM on-${RUNTIME}
WORKDIR /app
COPY --from=built /app/dist ./dist
# Your customers: part of the image, or mounted over it. A change in a mounted folder is taken while calls are up.
COPY config ./config
# All that is written goes to /data; the rest of the file system may be read-only.
COPY --from=dependencies --chown=1000:1000 /app/data /data
ENV NODE_ENV=production PORT=8080 TANDEM_DATA=/data
VOLUME /data
EXPOSE 8080
USER 1000:1000
STOPSIGNAL SIGTERM
CMD ["serve"]
