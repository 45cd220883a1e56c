actor User {}
actor Group {}
resource Repo {}
p(String{"a"}, Integer{1}, Boolean{true}, User{"u"}, User{7}, Repo{true}, "q\"\n");
q() if r(String{"a"}, Integer{1}, Boolean{true}, User{"u"});
