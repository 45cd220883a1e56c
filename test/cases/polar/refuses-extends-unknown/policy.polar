resource Repository {}
resource Repo extends Repositry {}
resource Other extends Nothing {}
resource Third extends Resource {}
actor Fourth extends String {}
