"""Examples on real data; `numrs demo` runs them."""
