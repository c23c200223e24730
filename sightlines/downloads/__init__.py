"""Write a snapshot's cameras in the formats people ask for, as streams."""
