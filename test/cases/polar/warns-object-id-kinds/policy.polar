actor User {}
p(User{1}, User{true});
