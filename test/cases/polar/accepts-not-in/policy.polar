shown(x: String) if not x in ["secret"];
either(x: String, y: String) if not x = y and not (not x = "a");
