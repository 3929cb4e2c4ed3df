"""The shared language of studies: schema, vocabulary, definitions, table columns."""
