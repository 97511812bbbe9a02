"""The practice universe: made-up research data that agrees with the simulated market. Nothing of it is stored."""
