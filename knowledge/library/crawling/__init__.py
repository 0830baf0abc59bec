"""Articles from a help centre on the web: its sitemap, its rules, its pages."""
