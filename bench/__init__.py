"""The benchmark cases that `numrs bench` runs: numrs and its peers in turns, in one process. Installed as numrs.bench."""
