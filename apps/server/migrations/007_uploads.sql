-- How much an account has uploaded is summed up at each new upload.
create index uploads_of_account on uploads (account) include (length);
