"""What is proposed and what a person's signature makes of it: states, terms as they are signed, execution."""
