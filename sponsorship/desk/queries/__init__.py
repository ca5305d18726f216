"""What the desk's pages show, put together from the queries of the features. The desk owns no tables."""
