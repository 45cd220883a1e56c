allow(a) if "x" matches String;
