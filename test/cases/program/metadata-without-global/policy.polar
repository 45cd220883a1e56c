# metadata
actor User {}
