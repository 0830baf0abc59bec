"""Who works here: people with a role, skills, languages and hours, and their logins."""
