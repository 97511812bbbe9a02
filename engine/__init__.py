"""The market, the book, the money: everything that decides what happens on a desk."""
