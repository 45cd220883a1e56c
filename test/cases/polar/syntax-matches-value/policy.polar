allow(a) if a matches "x";
