"""E-mail as a channel: read by IMAP, sent by SMTP, in threads, with proof that it left."""
