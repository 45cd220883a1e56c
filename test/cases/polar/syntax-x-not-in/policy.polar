allow(a) if a not in ["x"];
