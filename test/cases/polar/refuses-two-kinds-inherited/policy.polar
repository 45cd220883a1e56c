resource Base { roles = ["a"]; permissions = ["b"]; }
resource Middle extends Base {}
resource Child extends Middle { permissions = ["a", "b"]; }
