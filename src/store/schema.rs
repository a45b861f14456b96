//! The tables as Diesel knows them; the same for both databases. Kept by hand beside `migrations/`; the
//! suite writes and reads every table on both.

diesel::table! {
    meta (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    organizations (organization) {
        organization -> Binary,
        name -> Text,
        slug -> Text,
        time_zone -> Text,
        settings -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    territories (organization, id) {
        organization -> Binary,
        id -> Binary,
        name -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    customers (organization, id) {
        organization -> Binary,
        id -> Binary,
        name -> Text,
        phone -> Text,
        email -> Text,
        notes -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    locations (organization, id) {
        organization -> Binary,
        id -> Binary,
        customer -> Binary,
        address -> Text,
        lat -> Double,
        lon -> Double,
        notes -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    service_types (organization, id) {
        organization -> Binary,
        id -> Binary,
        name -> Text,
        duration_s -> BigInt,
        skills -> Text,
        load -> Text,
        priority -> BigInt,
        needs_approval -> Bool,
        active -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    trucks (organization, id) {
        organization -> Binary,
        id -> Binary,
        territory -> Binary,
        name -> Text,
        plate -> Text,
        capacity -> Text,
        equipment -> Text,
        active -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    cargoes (organization, truck) {
        organization -> Binary,
        truck -> Binary,
        load -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    technicians (organization, id) {
        organization -> Binary,
        id -> Binary,
        territory -> Binary,
        name -> Text,
        phone -> Text,
        skills -> Text,
        shifts -> Text,
        breaks -> Text,
        start_lat -> Double,
        start_lon -> Double,
        end_lat -> Nullable<Double>,
        end_lon -> Nullable<Double>,
        truck -> Nullable<Binary>,
        device -> Nullable<Text>,
        active -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    duties (organization, technician) {
        organization -> Binary,
        technician -> Binary,
        status -> Text,
        since -> BigInt,
        silent_since -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    users (organization, id) {
        organization -> Binary,
        id -> Binary,
        name -> Text,
        email -> Text,
        password_hash -> Text,
        role -> Text,
        technician -> Nullable<Binary>,
        active -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    sessions (organization, id) {
        organization -> Binary,
        id -> Binary,
        user -> Binary,
        refresh_hash -> Binary,
        previous_hash -> Nullable<Binary>,
        opened_at -> BigInt,
        used_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    jobs (organization, id) {
        organization -> Binary,
        id -> Binary,
        number -> BigInt,
        territory -> Binary,
        customer -> Binary,
        location -> Binary,
        service_type -> Binary,
        title -> Text,
        description -> Text,
        remark -> Text,
        status -> Text,
        priority -> BigInt,
        duration_s -> BigInt,
        skills -> Text,
        load -> Text,
        needs_approval -> Bool,
        wanted_from -> Nullable<BigInt>,
        wanted_until -> Nullable<BigInt>,
        promised_from -> Nullable<BigInt>,
        promised_until -> Nullable<BigInt>,
        technician -> Nullable<Binary>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    routes (organization, id) {
        organization -> Binary,
        id -> Binary,
        territory -> Binary,
        technician -> Binary,
        truck -> Nullable<Binary>,
        day -> Text,
        planned_from -> Nullable<BigInt>,
        planned_until -> Nullable<BigInt>,
        travel_s -> BigInt,
        travel_m -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    visits (organization, id) {
        organization -> Binary,
        id -> Binary,
        job -> Binary,
        place -> BigInt,
        status -> Text,
        route -> Binary,
        technician -> Binary,
        truck -> Nullable<Binary>,
        planned_from -> BigInt,
        planned_until -> BigInt,
        published_at -> Nullable<BigInt>,
        accepted_at -> Nullable<BigInt>,
        departed_at -> Nullable<BigInt>,
        arrived_at -> Nullable<BigInt>,
        left_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    stops (organization, route, place) {
        organization -> Binary,
        route -> Binary,
        place -> BigInt,
        visit -> Binary,
        job -> Binary,
        planned_from -> BigInt,
        planned_until -> BigInt,
        start_at -> BigInt,
        travel_s -> BigInt,
        travel_m -> BigInt,
        locked -> Bool,
        published -> Bool,
    }
}

diesel::table! {
    proposals (organization, id) {
        organization -> Binary,
        id -> Binary,
        territory -> Binary,
        day -> Text,
        status -> Text,
        made_at -> BigInt,
        routes -> Text,
        difference -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    tracking_links (organization, id) {
        organization -> Binary,
        id -> Binary,
        job -> Binary,
        token_hash -> Binary,
        made_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    street_changes (organization, id) {
        organization -> Binary,
        id -> Binary,
        extent -> Text,
        effect -> Text,
        begins_at -> Nullable<BigInt>,
        ends_at -> Nullable<BigInt>,
        reason -> Text,
        made_by -> Nullable<Binary>,
        made_at -> BigInt,
        lifted_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    learned_speeds (profile, way, tail_node, head_node, band) {
        profile -> Text,
        way -> BigInt,
        tail_node -> BigInt,
        head_node -> BigInt,
        band -> Text,
        log_ratio -> Double,
        drives -> Double,
    }
}

diesel::table! {
    journal (organization, seq) {
        organization -> Binary,
        seq -> BigInt,
        kind -> Text,
        id -> Binary,
        version -> BigInt,
        event -> Text,
        command_id -> Binary,
        who -> Text,
        meant_at -> BigInt,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    mentions (organization, id, seq) {
        organization -> Binary,
        id -> Binary,
        seq -> BigInt,
    }
}

diesel::table! {
    aggregates (organization, id, kind) {
        organization -> Binary,
        id -> Binary,
        kind -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    command_log (organization, command_id) {
        organization -> Binary,
        command_id -> Binary,
        body_hash -> Binary,
        answer -> Text,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    positions (id) {
        organization -> Binary,
        id -> BigInt,
        technician -> Binary,
        at -> BigInt,
        lat -> Double,
        lon -> Double,
        accuracy_m -> Nullable<Double>,
        speed_kmh -> Nullable<Double>,
        heading_deg -> Nullable<Double>,
        altitude_m -> Nullable<Double>,
        battery -> Nullable<Double>,
    }
}

diesel::table! {
    position_hours (organization, hour) {
        organization -> Binary,
        hour -> BigInt,
        first_id -> BigInt,
        last_id -> BigInt,
    }
}

diesel::table! {
    last_positions (organization, technician) {
        organization -> Binary,
        technician -> Binary,
        at -> BigInt,
        lat -> Double,
        lon -> Double,
        accuracy_m -> Nullable<Double>,
        speed_kmh -> Nullable<Double>,
        heading_deg -> Nullable<Double>,
        altitude_m -> Nullable<Double>,
        battery -> Nullable<Double>,
    }
}

diesel::table! {
    cursors (organization, name) {
        organization -> Binary,
        name -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    erasures (organization, kind, id) {
        organization -> Binary,
        kind -> Text,
        id -> Binary,
        erased_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    meta,
    organizations,
    territories,
    customers,
    locations,
    service_types,
    trucks,
    cargoes,
    technicians,
    duties,
    users,
    sessions,
    jobs,
    routes,
    visits,
    stops,
    proposals,
    tracking_links,
    street_changes,
    learned_speeds,
    journal,
    mentions,
    aggregates,
    command_log,
    positions,
    position_hours,
    last_positions,
    cursors,
    erasures,
);
