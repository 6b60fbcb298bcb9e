"""What the product is compared with; some run in an environment of their own."""
