-- The nouns, the journal and the readings. Every tenant table starts with the organization.
-- Ids are 16 bytes, instants milliseconds in UTC, days YYYY-MM-DD, enums words, lists and maps JSON.

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE organizations (
    organization BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    slug TEXT NOT NULL CONSTRAINT organizations_slug UNIQUE,
    time_zone TEXT NOT NULL,
    settings TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE territories (
    organization BYTEA NOT NULL REFERENCES organizations,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id)
);

CREATE TABLE customers (
    organization BYTEA NOT NULL REFERENCES organizations,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    notes TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id)
);

-- A customer's places go with the customer.
CREATE TABLE locations (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    customer BYTEA NOT NULL,
    address TEXT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    notes TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, customer) REFERENCES customers (organization, id) ON DELETE CASCADE
);
CREATE INDEX locations_customer ON locations (organization, customer);

CREATE TABLE service_types (
    organization BYTEA NOT NULL REFERENCES organizations,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    duration_s BIGINT NOT NULL,
    skills TEXT NOT NULL,
    load TEXT NOT NULL,
    priority BIGINT NOT NULL,
    needs_approval BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id)
);

CREATE TABLE trucks (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    territory BYTEA NOT NULL,
    name TEXT NOT NULL,
    plate TEXT NOT NULL,
    capacity TEXT NOT NULL,
    equipment TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, territory) REFERENCES territories (organization, id)
);
CREATE INDEX trucks_territory ON trucks (organization, territory);

CREATE TABLE cargoes (
    organization BYTEA NOT NULL,
    truck BYTEA NOT NULL,
    load TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, truck),
    FOREIGN KEY (organization, truck) REFERENCES trucks (organization, id) ON DELETE CASCADE
);

CREATE TABLE technicians (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    territory BYTEA NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    skills TEXT NOT NULL,
    shifts TEXT NOT NULL,
    breaks TEXT NOT NULL,
    start_lat DOUBLE PRECISION NOT NULL,
    start_lon DOUBLE PRECISION NOT NULL,
    end_lat DOUBLE PRECISION,
    end_lon DOUBLE PRECISION,
    truck BYTEA,
    device TEXT CONSTRAINT technicians_device UNIQUE,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, territory) REFERENCES territories (organization, id),
    FOREIGN KEY (organization, truck) REFERENCES trucks (organization, id)
);
CREATE INDEX technicians_territory ON technicians (organization, territory);
CREATE INDEX technicians_truck ON technicians (organization, truck);

CREATE TABLE duties (
    organization BYTEA NOT NULL,
    technician BYTEA NOT NULL,
    status TEXT NOT NULL,
    since BIGINT NOT NULL,
    silent_since BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, technician),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id) ON DELETE CASCADE
);

-- One person has one login, whatever the organization.
CREATE TABLE users (
    organization BYTEA NOT NULL REFERENCES organizations,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL CONSTRAINT users_email UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    technician BYTEA,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id)
);
CREATE INDEX users_technician ON users (organization, technician);

CREATE TABLE sessions (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    "user" BYTEA NOT NULL,
    refresh_hash BYTEA NOT NULL CONSTRAINT sessions_refresh_hash UNIQUE,
    previous_hash BYTEA,
    opened_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    revoked_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, "user") REFERENCES users (organization, id) ON DELETE CASCADE
);
CREATE INDEX sessions_user ON sessions (organization, "user");
CREATE INDEX sessions_previous_hash ON sessions (previous_hash);
CREATE INDEX sessions_revoked_at ON sessions (revoked_at);

CREATE TABLE jobs (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    number BIGINT NOT NULL,
    territory BYTEA NOT NULL,
    customer BYTEA NOT NULL,
    location BYTEA NOT NULL,
    service_type BYTEA NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    remark TEXT NOT NULL,
    status TEXT NOT NULL,
    priority BIGINT NOT NULL,
    duration_s BIGINT NOT NULL,
    skills TEXT NOT NULL,
    load TEXT NOT NULL,
    needs_approval BOOLEAN NOT NULL,
    wanted_from BIGINT,
    wanted_until BIGINT,
    promised_from BIGINT,
    promised_until BIGINT,
    technician BYTEA,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    CONSTRAINT jobs_number UNIQUE (organization, number),
    FOREIGN KEY (organization, territory) REFERENCES territories (organization, id),
    FOREIGN KEY (organization, customer) REFERENCES customers (organization, id),
    FOREIGN KEY (organization, location) REFERENCES locations (organization, id),
    FOREIGN KEY (organization, service_type) REFERENCES service_types (organization, id),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id)
);
CREATE INDEX jobs_status ON jobs (organization, territory, status);
CREATE INDEX jobs_customer ON jobs (organization, customer);
CREATE INDEX jobs_location ON jobs (organization, location);
CREATE INDEX jobs_service_type ON jobs (organization, service_type);
CREATE INDEX jobs_technician ON jobs (organization, technician);

CREATE TABLE routes (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    territory BYTEA NOT NULL,
    technician BYTEA NOT NULL,
    truck BYTEA,
    day TEXT NOT NULL,
    planned_from BIGINT,
    planned_until BIGINT,
    travel_s BIGINT NOT NULL,
    travel_m BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    CONSTRAINT routes_technician_day UNIQUE (organization, technician, day),
    FOREIGN KEY (organization, territory) REFERENCES territories (organization, id),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id),
    FOREIGN KEY (organization, truck) REFERENCES trucks (organization, id)
);
CREATE INDEX routes_day ON routes (organization, territory, day);
CREATE INDEX routes_truck ON routes (organization, truck);

CREATE TABLE visits (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    job BYTEA NOT NULL,
    place BIGINT NOT NULL,
    status TEXT NOT NULL,
    route BYTEA NOT NULL,
    technician BYTEA NOT NULL,
    truck BYTEA,
    planned_from BIGINT NOT NULL,
    planned_until BIGINT NOT NULL,
    published_at BIGINT,
    accepted_at BIGINT,
    departed_at BIGINT,
    arrived_at BIGINT,
    left_at BIGINT,
    finished_at BIGINT,
    outcome TEXT,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, job) REFERENCES jobs (organization, id) ON DELETE CASCADE,
    FOREIGN KEY (organization, route) REFERENCES routes (organization, id),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id),
    FOREIGN KEY (organization, truck) REFERENCES trucks (organization, id)
);
CREATE INDEX visits_job ON visits (organization, job);
CREATE INDEX visits_route ON visits (organization, route);
CREATE INDEX visits_technician ON visits (organization, technician);
CREATE INDEX visits_truck ON visits (organization, truck);

-- A visit is on one route or none.
CREATE TABLE stops (
    organization BYTEA NOT NULL,
    route BYTEA NOT NULL,
    place BIGINT NOT NULL,
    visit BYTEA NOT NULL,
    job BYTEA NOT NULL,
    planned_from BIGINT NOT NULL,
    planned_until BIGINT NOT NULL,
    start_at BIGINT NOT NULL,
    travel_s BIGINT NOT NULL,
    travel_m BIGINT NOT NULL,
    locked BOOLEAN NOT NULL,
    published BOOLEAN NOT NULL,
    PRIMARY KEY (organization, route, place),
    CONSTRAINT stops_visit UNIQUE (organization, visit),
    FOREIGN KEY (organization, route) REFERENCES routes (organization, id) ON DELETE CASCADE,
    FOREIGN KEY (organization, job) REFERENCES jobs (organization, id)
);
CREATE INDEX stops_job ON stops (organization, job);

CREATE TABLE proposals (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    territory BYTEA NOT NULL,
    day TEXT NOT NULL,
    status TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    routes TEXT NOT NULL,
    difference TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, territory) REFERENCES territories (organization, id)
);
CREATE INDEX proposals_day ON proposals (organization, territory, day, status);

CREATE TABLE tracking_links (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    job BYTEA NOT NULL,
    token_hash BYTEA NOT NULL CONSTRAINT tracking_links_token_hash UNIQUE,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, job) REFERENCES jobs (organization, id)
);
CREATE INDEX tracking_links_job ON tracking_links (organization, job);

-- Every event, in the order in which it was recorded: 1, 2, 3 within an organization, without gaps.
CREATE TABLE journal (
    organization BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    id BYTEA NOT NULL,
    version BIGINT NOT NULL,
    event TEXT NOT NULL,
    command_id BYTEA NOT NULL,
    who TEXT NOT NULL,
    meant_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (organization, seq)
);
CREATE INDEX journal_id ON journal (organization, id, seq);

-- A route's event that changed where a job stands belongs to the job's timeline too.
CREATE TABLE mentions (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (organization, id, seq),
    FOREIGN KEY (organization, seq) REFERENCES journal (organization, seq)
);

-- The present version of whatever has one; what was removed keeps its last one.
CREATE TABLE aggregates (
    organization BYTEA NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, id, kind)
);

-- What was carried out, so that a command that comes again gets its old answer.
CREATE TABLE command_log (
    organization BYTEA NOT NULL,
    command_id BYTEA NOT NULL,
    body_hash BYTEA NOT NULL,
    answer TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (organization, command_id)
);
CREATE INDEX command_log_recorded_at ON command_log (recorded_at);

-- Readings: appended and never changed, in the order in which they came; no second index, for speed.
CREATE TABLE positions (
    organization BYTEA NOT NULL,
    id BIGINT NOT NULL PRIMARY KEY,
    technician BYTEA NOT NULL,
    at BIGINT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    accuracy_m DOUBLE PRECISION,
    speed_kmh DOUBLE PRECISION,
    heading_deg DOUBLE PRECISION,
    altitude_m DOUBLE PRECISION,
    battery DOUBLE PRECISION
);

-- Between which ids the readings of an hour lie.
CREATE TABLE position_hours (
    organization BYTEA NOT NULL,
    hour BIGINT NOT NULL,
    first_id BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    PRIMARY KEY (organization, hour)
);

CREATE TABLE last_positions (
    organization BYTEA NOT NULL,
    technician BYTEA NOT NULL,
    at BIGINT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    accuracy_m DOUBLE PRECISION,
    speed_kmh DOUBLE PRECISION,
    heading_deg DOUBLE PRECISION,
    altitude_m DOUBLE PRECISION,
    battery DOUBLE PRECISION,
    PRIMARY KEY (organization, technician),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id) ON DELETE CASCADE
);

-- How far a reader of the journal has come.
CREATE TABLE cursors (
    organization BYTEA NOT NULL,
    name TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (organization, name)
);

-- Whose rows were removed, so that a restored backup can remove them again.
CREATE TABLE erasures (
    organization BYTEA NOT NULL,
    kind TEXT NOT NULL,
    id BYTEA NOT NULL,
    erased_at BIGINT NOT NULL,
    PRIMARY KEY (organization, kind, id)
);

INSERT INTO meta (key, value) VALUES ('application', 'sortie');
