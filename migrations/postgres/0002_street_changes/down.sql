DROP TABLE street_changes;
