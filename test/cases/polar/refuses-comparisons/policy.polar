actor User {}
p(a: User, n: Integer) if n < "3" and true >= n and n > User{"x"} and n <= Integer{3} and q(a);
