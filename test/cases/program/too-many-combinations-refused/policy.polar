actor User {}
actor Group {}
resource Repo {}
p(u: User) if (a0(u) or b0(u)) and (a1(u) or b1(u)) and (a2(u) or b2(u)) and (a3(u) or b3(u)) and (a4(u) or b4(u)) and (a5(u) or b5(u)) and (a6(u) or b6(u)) and (a7(u) or b7(u)) and (a8(u) or b8(u)) and (a9(u) or b9(u)) and (a10(u) or b10(u)) and (a11(u) or b11(u)) and (a12(u) or b12(u));
