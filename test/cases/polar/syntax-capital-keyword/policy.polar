Resource Repo {}
