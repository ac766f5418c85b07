-- The two roles and the database, on PostgreSQL 15 or newer, run once by a superuser:
--   PERENNIAL_OWNER_PASSWORD=... PERENNIAL_PASSWORD=... psql -d postgres -f deploy/roles.sql
-- A second run changes the passwords and nothing else. psql 15 or newer reads the variables.
\set ON_ERROR_STOP on
\getenv owner_password PERENNIAL_OWNER_PASSWORD
\getenv application_password PERENNIAL_PASSWORD

-- Owns the tables and migrates them: DATABASE_OWNER_URL.
SELECT 'CREATE ROLE perennial_owner LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'perennial_owner') \gexec
-- Web and worker: may read and write, but not change or delete what is written in the audit.
SELECT 'CREATE ROLE perennial LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'perennial') \gexec
ALTER ROLE perennial_owner PASSWORD :'owner_password';
ALTER ROLE perennial PASSWORD :'application_password';
-- The owner hands over the tables that the application rebuilds each night.
GRANT perennial TO perennial_owner;

SELECT 'CREATE DATABASE perennial OWNER perennial_owner TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'perennial') \gexec
REVOKE ALL ON DATABASE perennial FROM PUBLIC;
-- An import stages its lines in a temporary table.
GRANT CONNECT, TEMPORARY ON DATABASE perennial TO perennial;
