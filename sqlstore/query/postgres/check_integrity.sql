-- Differs because PostgreSQL has no such pragma: what can be asked is whether
-- every law is there, and every index and constraint in force.
SELECT 'the law ' || ley || ' of citas is missing'
FROM unnest(ARRAY['tope_profesional_sillon', 'tope_profesional_sucursal', 'tope_sillon_exclusivo', 'citas_atencion']) AS ley
WHERE NOT EXISTS (
  SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE i.indrelid = to_regclass('citas') AND c.relname = ley AND i.indisready AND (i.indisunique OR i.indisexclusion))
UNION ALL
SELECT 'the index ' || c.relname || ' is not valid; REINDEX it'
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('citas')) AND NOT i.indisvalid
UNION ALL
SELECT 'the constraint ' || k.conname || ' is not validated; ALTER TABLE … VALIDATE CONSTRAINT it'
FROM pg_constraint k
WHERE k.connamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('citas')) AND NOT k.convalidated
