actor User { roles = ["a", "b", "c"]; "a" if "b" and "c" or "a"; "b" if ("b" and "c") or "a"; }
p(x) if a(x) or b(x) and c(x);
p(x) if a(x) or (b(x) and c(x));
p(x) if ((a(x) or b(x)) and c(x) or d(x));
