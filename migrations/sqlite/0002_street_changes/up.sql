-- Streets that are closed or slower for a while. Extent and effect are JSON.
-- Whoever made one may be removed; the change stays.

CREATE TABLE street_changes (
    organization BLOB NOT NULL REFERENCES organizations,
    id BLOB NOT NULL,
    extent TEXT NOT NULL,
    effect TEXT NOT NULL,
    begins_at INTEGER,
    ends_at INTEGER,
    reason TEXT NOT NULL,
    made_by BLOB,
    made_at INTEGER NOT NULL,
    lifted_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id)
) STRICT, WITHOUT ROWID;
