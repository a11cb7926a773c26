# The service over Neo4j or a file under /data. Build: docker build -t memgraph-episodic .
FROM python:3.12.12-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/memgraph
COPY packages/memgraph-en packages/memgraph-en
COPY pyproject.toml README.md CHANGELOG.md LICENSE NOTICE ./
COPY cypher cypher
COPY schema schema
COPY memgraph memgraph
RUN /opt/memgraph/bin/pip install --no-cache-dir ./packages/memgraph-en '.[server,mcp,neo4j-fast]'

FROM python:3.12.12-slim-bookworm
RUN useradd --system --uid 10001 --create-home memgraph && install -d -o memgraph /data
COPY --from=build /opt/memgraph /opt/memgraph
ENV PATH=/opt/memgraph/bin:$PATH MEMGRAPH_STORE=/data/memory.db MEMGRAPH_SERVE_KEYS=/data/keys.json
USER memgraph
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/ready', timeout=4)"]
CMD ["memgraph", "serve", "--host", "0.0.0.0", "--port", "8765", "--log", "json"]
