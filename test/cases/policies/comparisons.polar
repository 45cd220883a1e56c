actor User {}
resource Product {}
resource Payment { permissions = ["approve"]; relations = { product: Product }; }
has_permission(u: User, "approve", p: Payment) if
  amount matches Integer and limit matches Integer and
  amount_of(p, amount) and limit_of(u, limit) and
  amount <= limit and amount > 0;
cheap(p: Product) if price(p, n) and n < 100;
dear(p: Product) if price(p, n) and 100 <= n;
middle(p: Product) if price(p, n) and n >= 50 and n <= 150;
free(p: Product) if price(p, n) and n = 0;
below_zero(p: Product) if price(p, n) and n < -0;
outside(p: Product) if price(p, n) and (n < 0 or n > 1000);
cheaper(a: Product, b: Product) if price(a, x) and price(b, y) and x < y;
as_dear(a: Product, b: Product) if price(a, x) and price(b, x) and a != b;
huge(p: Product) if price(p, n) and 9223372036854775806 < n;
always() if 1 < 2 and 2 > 1 and -1 < 0 and +1 >= 1 and 0 <= -0;
never() if 2 < 1;
adult(u: User, age: Integer) if age >= 18 and age_of(u, age);
test "numbers" {
  setup {
    price(Product{"a"}, 0); price(Product{"b"}, 99); price(Product{"c"}, 100);
    price(Product{"d"}, 150); price(Product{"e"}, 151); price(Product{"f"}, -5);
    price(Product{"g"}, 9223372036854775807); price(Product{"h"}, 100);
    amount_of(Payment{"p1"}, 500); amount_of(Payment{"p2"}, 501); amount_of(Payment{"p3"}, 0);
    limit_of(User{"clerk"}, 500); limit_of(User{"boss"}, 1000000);
    age_of(User{"kid"}, 17); age_of(User{"just"}, 18);
  }
  assert cheap(p: Product) iff p in [Product{"a"}, Product{"b"}, Product{"f"}];
  assert dear(p: Product) iff p in [Product{"c"}, Product{"d"}, Product{"e"}, Product{"g"}, Product{"h"}];
  assert middle(p: Product) iff p in [Product{"b"}, Product{"c"}, Product{"d"}, Product{"h"}];
  assert free(p: Product) iff p = Product{"a"};
  assert below_zero(p: Product) iff p = Product{"f"};
  assert outside(p: Product) iff p in [Product{"f"}, Product{"g"}];
  assert cheaper(p: Product, Product{"a"}) iff p in [Product{"f"}];
  assert_not cheaper(Product{"c"}, Product{"h"});
  assert as_dear(p: Product, Product{"c"}) iff p in [Product{"h"}];
  assert huge(p: Product) iff p in [Product{"g"}];
  assert always();
  assert_not never();
  assert allow(User{"clerk"}, "approve", p: Payment) iff p in [Payment{"p1"}];
  assert allow(User{"boss"}, "approve", p: Payment) iff p in [Payment{"p1"}, Payment{"p2"}];
  assert adult(u: User, 18) iff u in [User{"just"}];
  assert_not adult(User{"kid"}, 17);
  assert adult(User{"just"}, n: Integer) iff n = 18;
  assert_not price(Product{"a"}, "0");
}
