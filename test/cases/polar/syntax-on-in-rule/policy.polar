p(a) if "x" on "y";
