allow(user, 'read', repo);
