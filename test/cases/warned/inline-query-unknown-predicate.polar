# expect: POLAR_STYLE 3:1
actor User {}
?= nothing(User{"u"}, x) and not x = 3;
