p(x: String, "") if x != "" and q(x, "") and x in ["a", ""];
