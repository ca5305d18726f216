"""`python -m benchmarks`: run every benchmark and print its table."""

from benchmarks import pages

if __name__ == "__main__":
    pages.main()
