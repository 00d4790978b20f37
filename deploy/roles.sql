-- Two roles on PostgreSQL: `seam` owns the tables and runs migrations, `seam_web` is what web, worker and beat run as.
-- Run it once as an administrator, connected to SEAM's database, and give both a password. After each migration
-- `manage.py guard_log --role seam_web` takes the second one's rights to change what only grows: a hole in the
-- application alone can then not lift a guard.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'seam') THEN CREATE ROLE seam LOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'seam_web') THEN CREATE ROLE seam_web LOGIN; END IF;
END $$;
GRANT CREATE, USAGE ON SCHEMA public TO seam;
GRANT USAGE ON SCHEMA public TO seam_web;
ALTER DEFAULT PRIVILEGES FOR ROLE seam IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO seam_web;
ALTER DEFAULT PRIVILEGES FOR ROLE seam IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO seam_web;
