-- How fast pieces of street are driven in a band of the week, compared with what a profile says. Of all
-- organizations together, because they share the map.

CREATE TABLE learned_speeds (
    profile TEXT NOT NULL,
    way INTEGER NOT NULL,
    tail_node INTEGER NOT NULL,
    head_node INTEGER NOT NULL,
    band TEXT NOT NULL,
    log_ratio REAL NOT NULL,
    drives REAL NOT NULL,
    PRIMARY KEY (profile, way, tail_node, head_node, band)
) STRICT, WITHOUT ROWID;
