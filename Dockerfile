# syntax=docker/dockerfile:1

FROM python:3.13-slim AS build
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin chunks \
    && install -d -o chunks -g chunks -m 0700 /var/lib/chunk-service/spool
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY alembic.ini ./
COPY migrations migrations
COPY chunk_service chunk_service
# The code belongs to root: the service cannot change itself, so its bytecode is made now.
RUN /opt/venv/bin/python -m compileall -q chunk_service migrations

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/app \
    HOST=0.0.0.0 \
    PORT=8000 \
    LOCAL_TEMP_CHUNK_PATH=/var/lib/chunk-service/spool
USER chunks
# What is acknowledged lives here until S3 has it: mount something that survives the container.
VOLUME /var/lib/chunk-service/spool
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD \
    ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/health/live\", timeout=4)"]
ENTRYPOINT ["python", "-m", "chunk_service"]
CMD ["serve"]
