actor User {}
resource Account extends User {}
