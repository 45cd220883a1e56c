test { assert p("x"); }
