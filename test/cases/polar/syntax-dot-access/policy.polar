allow(user, repo) if user.id = repo;
