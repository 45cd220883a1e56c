# expect: POLAR_STYLE 2:124
p(a: String, b: String, c: String, d: String, e: String, f: String, g: String) if q(a, b, c, d, e) and r(f) and r(g) and s(x);
test "t" { setup { q("a","b","c","d","e"); r("f"); r("g"); s("x"); } assert p("a", "b", "c", "d", "e", "f", "g"); assert p("a", "b", "c", "d", "e", x: String, "f") iff x in ["f", "g"]; }
