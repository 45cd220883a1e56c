allow(a) if "reader";
