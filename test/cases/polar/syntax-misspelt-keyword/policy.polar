resorce Repo {}
