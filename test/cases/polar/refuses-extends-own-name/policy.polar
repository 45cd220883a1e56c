resource Folder extends Foldr {}
resource Other {}
