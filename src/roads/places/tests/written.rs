//! Small maps in which one thing matters.

use super::*;

fn porto() -> PlaceIndex {
    let house = |number, code| {
        [
            ("addr:housenumber", number),
            ("addr:street", "Rua de Santa Catarina"),
            ("addr:city", "Porto"),
            ("addr:postcode", code),
        ]
    };
    Draft::default()
        .node(0, 0, &[("place", "city"), ("name", "Porto"), ("population", "230000")])
        .street(0, 10, &[("name", "Rua de Santa Catarina")])
        .street(0, 40, &[("name", "Rua de Santa Catalina")])
        .street(0, 60, &[("name", "Rua do Almada"), ("postal_code", "4050-123")])
        .street(90, 0, &[("name", "Rua do Sol")])
        .street(90, 20, &[("name", "Rua da Lapa")])
        .node(1, 11, &house("110", "4000-442"))
        .node(7, 11, &house("116", "4000-442"))
        .node(4, 9, &house("113", "4000-443"))
        .node(
            9,
            11,
            &[
                ("shop", "bakery"),
                ("name", "Padaria Ribeiro"),
                ("addr:street", "Rua de Santa Catarina"),
            ],
        )
        .node(30, 30, &[("highway", "bus_stop"), ("shop", "kiosk"), ("name", "Porto")])
        .index()
}

#[test]
fn an_address_of_a_list_is_found_and_says_how_sure_it_is() {
    let index = porto();
    let at = |text: &str| {
        let place = index.find_address(text, None).unwrap();
        (place.label, place.confidence)
    };
    let house = |number: &str| format!("Rua de Santa Catarina {number}, Porto");
    use Confidence::{Exact, Fuzzy, Near};
    assert_eq!(at("Rua de Santa Catarina 110, 4000-442 Porto"), (house("110"), Exact));
    assert_eq!(at("110 R. Sta. Catarina, Porto"), (house("110"), Exact));
    // The country is not in the map.
    assert_eq!(at("Rua de Santa Catarina 110, 4000-442 Porto, Portugal"), (house("110"), Near));
    assert_eq!(at("Ribeiro Lda, Rua de Santa Catarina 110 2º Esq, Porto"), (house("110"), Near));
    assert_eq!(at("Flat 3, 110 Rua de Santa Catarina, Porto"), (house("110"), Near));
    assert_eq!(at("Rua de Sanat Catarinna 110, Porto"), (house("110"), Fuzzy));
    // Between 110 and 116, on their side.
    assert_eq!(at("Rua de Santa Catarina 112, 4000-442 Porto"), (house("112"), Near));
    assert_eq!(at("Rua de Santa Catarina 900"), ("Rua de Santa Catarina, Porto".into(), Near));
    // The postcode is that of another street.
    assert_eq!(at("Rua de Santa Catarina 110, 4050-123 Porto"), (house("110"), Near));
    assert_eq!(at("Rua das Flores 3, Porto"), ("Porto".into(), Fuzzy));
    assert_eq!(index.find_address("Elsewhere 3, Nowhere", None), None);
}

#[test]
fn an_address_that_two_towns_have_has_a_rival_until_the_town_is_named() {
    let house = [("addr:housenumber", "5"), ("addr:street", "Rua do Sol")];
    let index = Draft::default()
        .node(0, 0, &[("place", "town"), ("name", "Oeste")])
        .node(90, 0, &[("place", "town"), ("name", "Leste")])
        .street(0, 1, &[("name", "Rua do Sol")])
        .street(90, 1, &[("name", "Rua do Sol")])
        .node(1, 2, &house)
        .node(91, 2, &house)
        .index();
    let found = index.find_address("Rua do Sol 5", None).unwrap();
    let rival = index.find_rival("Rua do Sol 5", None).unwrap();
    assert!(found.at.distance_m(rival.at) > 300.0);
    assert_eq!((found.confidence, rival.confidence), (Confidence::Exact, Confidence::Exact));
    assert_eq!(index.find_rival("Rua do Sol 5, Leste", None), None);
    assert_eq!(index.find_rival("Nowhere 5", None), None);
}

#[test]
fn a_number_that_the_map_lacks_lies_between_its_neighbours() {
    let index = porto();
    let found = &find(&index, "rua de santa catarina 114")[0];
    assert_eq!((found.kind, found.confidence), (PlaceKind::Address, Confidence::Near));
    assert_eq!(found.housenumber.as_deref(), Some("114"));
    let [low, high] =
        ["110", "116"].map(|number| find(&index, &format!("rua de santa catarina {number}"))[0].at);
    assert!((found.at.lon - low.lon) * 2.0 - (high.lon - found.at.lon) * 4.0 < 1e-4);
    assert!(low.lon < found.at.lon && found.at.lon < high.lon);
    let street = &find(&index, "rua de santa catarina 115")[0];
    assert_eq!((street.kind, street.confidence), (PlaceKind::Street, Confidence::Near));
}

#[test]
fn what_is_written_right_comes_before_what_is_similar() {
    let index = porto();
    let labels: Vec<String> =
        find(&index, "santa catalina").into_iter().map(|place| place.label).collect();
    assert_eq!(labels, ["Rua de Santa Catalina, Porto", "Rua de Santa Catarina, Porto"]);
}

#[test]
fn postcodes_are_found_with_and_without_blanks_and_narrow_streets() {
    let index = porto();
    for text in ["4050-123", "4050123", "4050 123 Porto", "4050-1"] {
        assert_eq!(first(&index, text).as_deref(), Some("4050-123 Porto"), "{text}");
    }
    let found = find(&index, "4000-442");
    assert_eq!(found[0].kind, PlaceKind::Postcode);
    assert_eq!(found[0].postcode.as_deref(), Some("4000-442"));
    let house = &find(&index, "rua de santa catarina 113")[0];
    assert_eq!(house.postcode.as_deref(), Some("4000-443"));
    assert_eq!(index.reverse(house.at).unwrap().postcode.as_deref(), Some("4000-443"));
    // A code and a number are an address.
    assert_eq!(first(&index, "4000-442 116"), first(&index, "rua de santa catarina 116"));

    let index = Draft::default()
        .node(0, 0, &[("place", "town"), ("name", "Den Haag")])
        .street(0, 0, &[("name", "Laan"), ("postal_code", "2491DC")])
        .street(0, 9, &[("name", "Triq"), ("postal_code", "VLT 1234")])
        .index();
    for text in ["2491 DC", "2491dc", "2491 D", "2491DC Den Haag"] {
        assert_eq!(first(&index, text).as_deref(), Some("2491DC Den Haag"), "{text}");
    }
    for text in ["VLT 1234", "vlt1234", "vlt 12", "VLT1234 den haag"] {
        assert_eq!(first(&index, text).as_deref(), Some("VLT 1234 Den Haag"), "{text}");
    }
    let found = &find(&index, "Laan, 2491 DC")[0];
    assert_eq!((&*found.label, found.confidence), ("Laan, Den Haag", Confidence::Exact));
}

#[test]
fn a_city_stands_before_a_kiosk_of_its_name_even_beside_it() {
    let index = porto();
    let kiosk = Point { lat: 41.003, lon: -8.597 };
    for near in [None, Some(kiosk)] {
        let found = index.search("porto", near, 5);
        assert_eq!(found[0].kind, PlaceKind::Locality, "{found:?}");
        assert!(found.iter().any(|place| place.kind == PlaceKind::Poi));
    }
}

#[test]
fn an_area_gives_its_postcode_to_what_lies_in_it() {
    use crate::roads::osm::{MemberKind, OsmMember, OsmRelation};
    let mut draft = Draft::default()
        .street(2, 2, &[("name", "Inner Way")])
        .street(300, 2, &[("name", "Outer Way")])
        .node(3, 3, &[("addr:housenumber", "1"), ("addr:street", "Inner Way")]);
    let corners = [(0, 0), (100, 0), (100, 100), (0, 100)];
    let mut ring: Vec<i64> =
        corners.iter().map(|&(east, north)| draft.push(east, north, Vec::new())).collect();
    ring.push(ring[0]);
    let halves = [&ring[..3], &ring[2..]];
    for (id, nodes) in (10..).zip(halves) {
        draft.map.ways.push(OsmWay { id, nodes: nodes.to_vec(), tags: Vec::new() });
    }
    let member = |id| OsmMember { kind: MemberKind::Way, id, role: "outer".into() };
    let tags = tags(&[("type", "boundary"), ("boundary", "postal_code"), ("postal_code", "AB1")]);
    draft.map.relations.push(OsmRelation { id: 1, members: vec![member(10), member(11)], tags });
    let index = draft.index();
    let code = |text: &str| find(&index, text)[0].postcode.clone();
    assert_eq!(code("inner way 1").as_deref(), Some("AB1"));
    assert_eq!(code("inner way").as_deref(), Some("AB1"));
    assert_eq!(code("outer way"), None);
}

#[test]
fn names_in_any_script_are_found_by_their_beginning() {
    let names = [
        ("Οδός Αθηνάς", "αθην"),
        ("Οδός Αθηνάς", "ΟΔΟΣ ΑΘΗΝΑΣ"),
        ("Улица Артёма", "артем"),
        ("улица Ленина", "Лнеина"),
        ("شارع الأهرام", "الاهر"),
        ("שדרות רוטשילד", "רוטש"),
        ("中山北路", "中山"),
        ("中山北路", "北路"),
        ("中山北路", "台北市中山北路"),
        ("渋谷駅前通り", "駅前"),
        ("渋谷駅前通り", "渋谷駅前通り"),
        ("서울시청", "시청"),
        ("ถนนสุขุมวิท", "สุขุม"),
        ("महात्मा गांधी मार्ग", "गांधी"),
        ("Đường Nguyễn Huệ", "nguyen hue"),
        ("Æblestræde", "aeblestr"),
        ("Straße des 17. Juni", "strasse des 17"),
        ("L'Avinguda d'en Ramis", "davin"),
    ];
    let mut draft = Draft::default();
    for (north, (name, _)) in (0..).zip(&names[..names.len() - 1]) {
        draft = draft.street(0, north * 10, &[("name", name)]);
    }
    let index = draft.index();
    for (name, typed) in &names[..names.len() - 1] {
        assert_eq!(first(&index, typed).as_deref(), Some(*name), "{typed}");
    }
}

#[test]
fn a_house_in_a_script_without_blanks_is_found() {
    let index = Draft::default()
        .street(0, 0, &[("name", "中山路")])
        .node(1, 0, &[("addr:housenumber", "12号"), ("addr:street", "中山路")])
        .index();
    for text in ["中山路12号", "中山路 12"] {
        assert_eq!(first(&index, text).as_deref(), Some("中山路 12号"), "{text}");
    }
}

#[test]
fn two_entrances_that_read_the_same_are_shown_once() {
    let hotel = [("tourism", "hotel"), ("name", "Grand")];
    let index = Draft::default().node(0, 0, &hotel).node(1, 1, &hotel).node(90, 90, &hotel).index();
    assert_eq!(find(&index, "grand").len(), 2);
}
