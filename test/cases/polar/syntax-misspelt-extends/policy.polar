resource A {}
resource B extend A {}
