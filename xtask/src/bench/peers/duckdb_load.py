"""Loads a CSV file into a new DuckDB database: FILE DATABASE ROWS. Fails if the table has fewer rows than that."""
import sys

import duckdb

file, database, rows = sys.argv[1:]
connection = duckdb.connect(database)
connection.execute("create table contacts as select * from read_csv(?, header = true)", [file])
connection.execute("checkpoint")
(count,) = connection.execute("select count(*) from contacts").fetchone()
sys.exit(count < int(rows))
