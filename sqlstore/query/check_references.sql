SELECT "table", parent FROM pragma_foreign_key_check
