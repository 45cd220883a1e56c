actor Person { roles = ["x"]; }
actor User extends Person { "x" if is_root(actor); }
resource Thing {}
actor Robot extends Thing {}
p(r: Resource, a: Actor, t: Thing) if q(r, a, t);
