actor Actor {}
resource Resource {}
resource String {}
actor Integer {}
resource Boolean {}
resource global {}
actor _ {}
