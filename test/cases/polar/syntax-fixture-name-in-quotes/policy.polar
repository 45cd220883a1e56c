test fixture "a" { p("x"); }
