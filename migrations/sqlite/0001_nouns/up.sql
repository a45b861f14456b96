-- The nouns, the journal and the readings. Every tenant table starts with the organization.
-- Ids are 16 bytes, instants milliseconds in UTC, days YYYY-MM-DD, enums words, lists and maps JSON.

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE organizations (
    organization BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    slug TEXT NOT NULL CONSTRAINT organizations_slug UNIQUE,
    time_zone TEXT NOT NULL,
    settings TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE territories (
    organization BLOB NOT NULL REFERENCES organizations,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE customers (
    organization BLOB NOT NULL REFERENCES organizations,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    notes TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id)
) STRICT, WITHOUT ROWID;

-- A customer's places go with the customer.
CREATE TABLE locations (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    customer BLOB NOT NULL,
    address TEXT NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    notes TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, customer) REFERENCES customers (organization, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX locations_customer ON locations (organization, customer);

CREATE TABLE service_types (
    organization BLOB NOT NULL REFERENCES organizations,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    duration_s INTEGER NOT NULL,
    skills TEXT NOT NULL,
    load TEXT NOT NULL,
    priority INTEGER NOT NULL,
    needs_approval INTEGER NOT NULL,
    active INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE trucks (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    territory BLOB NOT NULL,
    name TEXT NOT NULL,
    plate TEXT NOT NULL,
    capacity TEXT NOT NULL,
    equipment TEXT NOT NULL,
    active INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, territory) REFERENCES territories (organization, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX trucks_territory ON trucks (organization, territory);

CREATE TABLE cargoes (
    organization BLOB NOT NULL,
    truck BLOB NOT NULL,
    load TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, truck),
    FOREIGN KEY (organization, truck) REFERENCES trucks (organization, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE technicians (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    territory BLOB NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    skills TEXT NOT NULL,
    shifts TEXT NOT NULL,
    breaks TEXT NOT NULL,
    start_lat REAL NOT NULL,
    start_lon REAL NOT NULL,
    end_lat REAL,
    end_lon REAL,
    truck BLOB,
    device TEXT CONSTRAINT technicians_device UNIQUE,
    active INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, territory) REFERENCES territories (organization, id),
    FOREIGN KEY (organization, truck) REFERENCES trucks (organization, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX technicians_territory ON technicians (organization, territory);
CREATE INDEX technicians_truck ON technicians (organization, truck);

CREATE TABLE duties (
    organization BLOB NOT NULL,
    technician BLOB NOT NULL,
    status TEXT NOT NULL,
    since INTEGER NOT NULL,
    silent_since INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, technician),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- One person has one login, whatever the organization.
CREATE TABLE users (
    organization BLOB NOT NULL REFERENCES organizations,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL CONSTRAINT users_email UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    technician BLOB,
    active INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX users_technician ON users (organization, technician);

CREATE TABLE sessions (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    "user" BLOB NOT NULL,
    refresh_hash BLOB NOT NULL CONSTRAINT sessions_refresh_hash UNIQUE,
    previous_hash BLOB,
    opened_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    revoked_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, "user") REFERENCES users (organization, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (organization, "user");
CREATE INDEX sessions_previous_hash ON sessions (previous_hash);
CREATE INDEX sessions_revoked_at ON sessions (revoked_at);

CREATE TABLE jobs (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    number INTEGER NOT NULL,
    territory BLOB NOT NULL,
    customer BLOB NOT NULL,
    location BLOB NOT NULL,
    service_type BLOB NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    remark TEXT NOT NULL,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    duration_s INTEGER NOT NULL,
    skills TEXT NOT NULL,
    load TEXT NOT NULL,
    needs_approval INTEGER NOT NULL,
    wanted_from INTEGER,
    wanted_until INTEGER,
    promised_from INTEGER,
    promised_until INTEGER,
    technician BLOB,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id),
    CONSTRAINT jobs_number UNIQUE (organization, number),
    FOREIGN KEY (organization, territory) REFERENCES territories (organization, id),
    FOREIGN KEY (organization, customer) REFERENCES customers (organization, id),
    FOREIGN KEY (organization, location) REFERENCES locations (organization, id),
    FOREIGN KEY (organization, service_type) REFERENCES service_types (organization, id),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_status ON jobs (organization, territory, status);
CREATE INDEX jobs_customer ON jobs (organization, customer);
CREATE INDEX jobs_location ON jobs (organization, location);
CREATE INDEX jobs_service_type ON jobs (organization, service_type);
CREATE INDEX jobs_technician ON jobs (organization, technician);

CREATE TABLE routes (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    territory BLOB NOT NULL,
    technician BLOB NOT NULL,
    truck BLOB,
    day TEXT NOT NULL,
    planned_from INTEGER,
    planned_until INTEGER,
    travel_s INTEGER NOT NULL,
    travel_m INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id),
    CONSTRAINT routes_technician_day UNIQUE (organization, technician, day),
    FOREIGN KEY (organization, territory) REFERENCES territories (organization, id),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id),
    FOREIGN KEY (organization, truck) REFERENCES trucks (organization, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX routes_day ON routes (organization, territory, day);
CREATE INDEX routes_truck ON routes (organization, truck);

CREATE TABLE visits (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    job BLOB NOT NULL,
    place INTEGER NOT NULL,
    status TEXT NOT NULL,
    route BLOB NOT NULL,
    technician BLOB NOT NULL,
    truck BLOB,
    planned_from INTEGER NOT NULL,
    planned_until INTEGER NOT NULL,
    published_at INTEGER,
    accepted_at INTEGER,
    departed_at INTEGER,
    arrived_at INTEGER,
    left_at INTEGER,
    finished_at INTEGER,
    outcome TEXT,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, job) REFERENCES jobs (organization, id) ON DELETE CASCADE,
    FOREIGN KEY (organization, route) REFERENCES routes (organization, id),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id),
    FOREIGN KEY (organization, truck) REFERENCES trucks (organization, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX visits_job ON visits (organization, job);
CREATE INDEX visits_route ON visits (organization, route);
CREATE INDEX visits_technician ON visits (organization, technician);
CREATE INDEX visits_truck ON visits (organization, truck);

-- A visit is on one route or none.
CREATE TABLE stops (
    organization BLOB NOT NULL,
    route BLOB NOT NULL,
    place INTEGER NOT NULL,
    visit BLOB NOT NULL,
    job BLOB NOT NULL,
    planned_from INTEGER NOT NULL,
    planned_until INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    travel_s INTEGER NOT NULL,
    travel_m INTEGER NOT NULL,
    locked INTEGER NOT NULL,
    published INTEGER NOT NULL,
    PRIMARY KEY (organization, route, place),
    CONSTRAINT stops_visit UNIQUE (organization, visit),
    FOREIGN KEY (organization, route) REFERENCES routes (organization, id) ON DELETE CASCADE,
    FOREIGN KEY (organization, job) REFERENCES jobs (organization, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX stops_job ON stops (organization, job);

CREATE TABLE proposals (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    territory BLOB NOT NULL,
    day TEXT NOT NULL,
    status TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    routes TEXT NOT NULL,
    difference TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, territory) REFERENCES territories (organization, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX proposals_day ON proposals (organization, territory, day, status);

CREATE TABLE tracking_links (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    job BLOB NOT NULL,
    token_hash BLOB NOT NULL CONSTRAINT tracking_links_token_hash UNIQUE,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, job) REFERENCES jobs (organization, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tracking_links_job ON tracking_links (organization, job);

-- Every event, in the order in which it was recorded: 1, 2, 3 within an organization, without gaps.
CREATE TABLE journal (
    organization BLOB NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    event TEXT NOT NULL,
    command_id BLOB NOT NULL,
    who TEXT NOT NULL,
    meant_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (organization, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_id ON journal (organization, id, seq);

-- A route's event that changed where a job stands belongs to the job's timeline too.
CREATE TABLE mentions (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (organization, id, seq),
    FOREIGN KEY (organization, seq) REFERENCES journal (organization, seq)
) STRICT, WITHOUT ROWID;

-- The present version of whatever has one; what was removed keeps its last one.
CREATE TABLE aggregates (
    organization BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization, id, kind)
) STRICT, WITHOUT ROWID;

-- What was carried out, so that a command that comes again gets its old answer.
CREATE TABLE command_log (
    organization BLOB NOT NULL,
    command_id BLOB NOT NULL,
    body_hash BLOB NOT NULL,
    answer TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (organization, command_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX command_log_recorded_at ON command_log (recorded_at);

-- Readings: appended and never changed, in the order in which they came; no second index, for speed.
CREATE TABLE positions (
    organization BLOB NOT NULL,
    id INTEGER NOT NULL PRIMARY KEY,
    technician BLOB NOT NULL,
    at INTEGER NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    accuracy_m REAL,
    speed_kmh REAL,
    heading_deg REAL,
    altitude_m REAL,
    battery REAL
) STRICT;

-- Between which ids the readings of an hour lie.
CREATE TABLE position_hours (
    organization BLOB NOT NULL,
    hour INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    PRIMARY KEY (organization, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE last_positions (
    organization BLOB NOT NULL,
    technician BLOB NOT NULL,
    at INTEGER NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    accuracy_m REAL,
    speed_kmh REAL,
    heading_deg REAL,
    altitude_m REAL,
    battery REAL,
    PRIMARY KEY (organization, technician),
    FOREIGN KEY (organization, technician) REFERENCES technicians (organization, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- How far a reader of the journal has come.
CREATE TABLE cursors (
    organization BLOB NOT NULL,
    name TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (organization, name)
) STRICT, WITHOUT ROWID;

-- Whose rows were removed, so that a restored backup can remove them again.
CREATE TABLE erasures (
    organization BLOB NOT NULL,
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    erased_at INTEGER NOT NULL,
    PRIMARY KEY (organization, kind, id)
) STRICT, WITHOUT ROWID;

INSERT INTO meta (key, value) VALUES ('application', 'sortie');
