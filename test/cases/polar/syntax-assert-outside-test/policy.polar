assert p("a");
