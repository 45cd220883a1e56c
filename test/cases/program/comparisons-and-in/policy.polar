actor User {}
actor Group {}
resource Repo {}
p(u: User) if t matches Integer and e(u, t) and t > @current_unix_time and t != 7 and t in [1, 2, -3] and u = User{"a"};
p(u: User) if x in ["a", "b"] and q(u, x) and y = x and r(y);
