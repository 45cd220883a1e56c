roles = ["a"];
