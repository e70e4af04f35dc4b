"""`python -m unionaid.embedded`, which `./unionaid` runs."""

from unionaid.embedded.cli import main

if __name__ == "__main__":
    main()
