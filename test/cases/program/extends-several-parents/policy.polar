actor User {}
resource A { roles = ["a"]; }
resource B { roles = ["b"]; relations = { next: B }; }
resource C extends A, B, {
  permissions = ["p"];
  "p" if "a" and "b" or "b" on "next";
}
p(c: C) if c matches A and c matches B and q(c);
p(x: A) if x matches B and r(x);
