-- How fast pieces of street are driven in a band of the week, compared with what a profile says. Of all
-- organizations together, because they share the map.

CREATE TABLE learned_speeds (
    profile TEXT NOT NULL,
    way BIGINT NOT NULL,
    tail_node BIGINT NOT NULL,
    head_node BIGINT NOT NULL,
    band TEXT NOT NULL,
    log_ratio DOUBLE PRECISION NOT NULL,
    drives DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (profile, way, tail_node, head_node, band)
);
