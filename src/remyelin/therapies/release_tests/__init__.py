"""Release tests of cell products: certificates of analysis judged by rows that are handed in."""
