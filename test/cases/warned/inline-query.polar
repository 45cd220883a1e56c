# expect: POLAR_STYLE 4:1
actor User {}
p(u: User) if q(u);
?= p(User{"u"});
