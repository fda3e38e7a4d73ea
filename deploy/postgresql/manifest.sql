-- What a restored database must say as the one that was backed up: rows of each table, and the money.
SET TimeZone = 'UTC';
SELECT format('SELECT %L, count(*) FROM %I.%I', c.relname, n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY c.relname \gexec
SELECT 'checksum of the ledger', coalesce(sum(hashtextextended(e::text, 0)::numeric), 0) FROM credits_ledgerentry e;
SELECT 'checksum of the wallets', coalesce(sum(hashtextextended(w::text, 0)::numeric), 0) FROM credits_wallet w;
