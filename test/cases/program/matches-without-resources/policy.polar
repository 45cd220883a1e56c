f(x) if x matches Resource and is_a(x);
g(x) if x matches Resource and is_a(x);
