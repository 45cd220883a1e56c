type f(x: String);
?= f("x");
@flag @other p("a");
actor User { roles = ["r"]; @inner "r" if p(actor); }
