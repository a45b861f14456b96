-- Streets that are closed or slower for a while. Extent and effect are JSON.
-- Whoever made one may be removed; the change stays.

CREATE TABLE street_changes (
    organization BYTEA NOT NULL REFERENCES organizations,
    id BYTEA NOT NULL,
    extent TEXT NOT NULL,
    effect TEXT NOT NULL,
    begins_at BIGINT,
    ends_at BIGINT,
    reason TEXT NOT NULL,
    made_by BYTEA,
    made_at BIGINT NOT NULL,
    lifted_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id)
);
