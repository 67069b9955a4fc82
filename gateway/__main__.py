"""`python -m gateway`, and the `nightlatch` that gets installed."""

from gateway.cli.root import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
