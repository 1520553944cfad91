"""`python -m chunk_service` and the script `chunk-service`."""

from chunk_service.cli.main import app


def main() -> None:
    app(prog_name="chunk-service")


if __name__ == "__main__":
    main()
