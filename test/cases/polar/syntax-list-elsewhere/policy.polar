allow(a) if p(a, ["x"]);
