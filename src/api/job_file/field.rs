//! What a column of a file may tell about a job, and which of it a heading means.

use crate::roads::places::comparable_words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! fields {
    ($($name:ident $word:literal: $headings:expr;)*) => {
        /// What the cells of a column tell.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Field {
            $($name,)*
        }

        impl Field {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// Headings that mean it, in words without marks: English, German, French, Spanish, Portuguese.
            fn headings(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &$headings,)*
                }
            }
        }
    };
}

// Of a heading with several of these ("phone of the customer") the upper field is meant.
fields! {
    Phone "phone": ["phone", "phone number", "telephone", "tel", "mobile", "cell", "telefon", "telefonnummer", "handy", "mobil", "telefono", "telefone", "movil", "celular", "telemovel", "portable"];
    Email "email": ["email", "e mail", "mail", "e mail adresse", "emailadresse", "courriel", "correo", "correo electronico", "correio eletronico"];
    Lat "lat": ["lat", "latitude", "latitud", "breite", "breitengrad"];
    Lon "lon": ["lon", "lng", "long", "longitude", "longitud", "lange", "langengrad", "laenge", "laengengrad"];
    Housenumber "housenumber": ["house number", "housenumber", "house no", "street number", "hausnummer", "hausnr", "haus nr", "numero", "numero de rua", "numero de porta", "nr", "no"];
    Postcode "postcode": ["postcode", "post code", "postal code", "zip", "zip code", "zipcode", "plz", "postleitzahl", "code postal", "codigo postal", "cp", "cep"];
    City "city": ["city", "town", "locality", "village", "stadt", "ort", "ville", "commune", "ciudad", "localidad", "municipio", "poblacion", "cidade", "localidade", "concelho"];
    Address "address": ["address", "street", "full address", "location", "site", "adresse", "anschrift", "strasse", "rue", "lieu", "direccion", "calle", "domicilio", "endereco", "morada", "rua"];
    Day "day": ["day", "date", "wanted day", "due date", "visit date", "tag", "datum", "termin", "jour", "dia", "fecha", "data"];
    From "from": ["from", "start", "begin", "earliest", "not before", "time", "time from", "start time", "window", "time window", "von", "ab", "beginn", "fruhestens", "fruehestens", "uhrzeit", "zeit", "zeitfenster", "debut", "heure", "de", "desde", "inicio", "hora", "das"];
    Until "until": ["until", "till", "to", "end", "latest", "not after", "before", "time until", "time to", "end time", "bis", "ende", "spatestens", "spaetestens", "jusqu", "jusqu a", "fin", "hasta", "ate", "fim"];
    Priority "priority": ["priority", "prio", "urgency", "prioritat", "prioritaet", "dringlichkeit", "priorite", "urgence", "prioridad", "urgencia", "prioridade"];
    Duration "duration": ["duration", "minutes", "mins", "duration min", "duration minutes", "dauer", "minuten", "arbeitszeit", "duree", "duracion", "minutos", "duracao"];
    Skills "skills": ["skills", "skill", "qualification", "qualifications", "fahigkeiten", "faehigkeiten", "qualifikation", "kenntnisse", "competences", "habilidades", "competencias"];
    Notes "notes": ["notes", "access", "access notes", "gate code", "entrance", "floor", "zugang", "stockwerk", "acces", "etage", "acceso", "piso", "acesso", "andar"];
    ServiceType "service_type": ["service type", "service", "job type", "type of work", "type", "kind", "leistung", "dienstleistung", "auftragsart", "art", "prestation", "type de service", "servicio", "tipo de servicio", "tipo", "servico", "tipo de servico"];
    Description "description": ["description", "details", "comment", "comments", "remarks", "beschreibung", "bemerkung", "bemerkungen", "kommentar", "commentaire", "remarques", "descripcion", "comentario", "comentarios", "observaciones", "descricao", "observacoes"];
    Customer "customer": ["customer", "customer name", "client", "client name", "contact", "contact name", "name", "company", "kunde", "kundenname", "kundin", "firma", "nom", "nom du client", "societe", "cliente", "nombre", "empresa", "nome"];
    Title "title": ["title", "job", "work", "what", "task", "subject", "order", "titel", "auftrag", "arbeit", "aufgabe", "betreff", "titre", "travail", "objet", "titulo", "trabajo", "asunto", "trabalho", "assunto"];
}

/// A shorter word may mean anything within a longer heading.
const PART_LEN_MIN: usize = 4;

impl Field {
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.word() == word)
    }
}

/// The field that each heading means, each field once: headings that are wholly known choose first, then
/// those that have a known one among their words.
pub fn guess(headings: &[String]) -> Vec<Option<Field>> {
    let folded: Vec<String> =
        headings.iter().map(|heading| comparable_words(heading).join(" ")).collect();
    let mut guessed = vec![None; headings.len()];
    let fits: [fn(&str, &str) -> bool; 2] =
        [|heading, known| heading == known, has_among_its_words];
    for fits in fits {
        for (at, heading) in folded.iter().enumerate() {
            if guessed[at].is_some() {
                continue;
            }
            let means = |field: &&Field| field.headings().iter().any(|known| fits(heading, known));
            let meant = Field::ALL.iter().find(means).copied();
            guessed[at] = meant.filter(|field| !guessed.contains(&Some(*field)));
        }
    }
    guessed
}

fn has_among_its_words(heading: &str, known: &str) -> bool {
    known.len() >= PART_LEN_MIN && format!(" {heading} ").contains(&format!(" {known} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(headings: &str) -> String {
        let headings: Vec<String> = headings.split('|').map(str::to_owned).collect();
        let words = guess(&headings);
        words.iter().map(|field| field.map_or("-", Field::word)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn headings_are_understood_in_five_languages() {
        assert_eq!(
            guessed("Customer Name|PHONE|E-Mail|Address|Service|Date|From|Until|Priority"),
            "customer phone email address service_type day from until priority"
        );
        assert_eq!(
            guessed("Kunde|Telefon|Straße|Hausnr.|PLZ|Ort|Datum|Von|Bis|Dauer (Minuten)|Priorität"),
            "customer phone address housenumber postcode city day from until duration priority"
        );
        assert_eq!(
            guessed("Nom du client|Téléphone|Adresse|Code postal|Ville|Durée|Jusqu’à"),
            "customer phone address postcode city duration until"
        );
        assert_eq!(
            guessed("Cliente|Teléfono|Dirección|Fecha|Desde|Hasta|Duración|Descripción"),
            "customer phone address day from until duration description"
        );
        assert_eq!(
            guessed("Nome|Telemóvel|Endereço|Código Postal|Data|Início|Até|Serviço"),
            "customer phone address postcode day from until service_type"
        );
        assert_eq!(guessed("latitude|LON|Gate code"), "lat lon notes");
    }

    #[test]
    fn a_heading_of_several_words_means_what_is_special_in_it() {
        assert_eq!(guessed("Phone of the customer|Customer"), "phone customer");
        assert_eq!(guessed("Service address|Job title"), "address title");
    }

    #[test]
    fn a_field_is_guessed_once_and_strange_headings_are_passed_over() {
        assert_eq!(guessed("Customer address|Address"), "- address");
        assert_eq!(guessed("Name|Name|Colour||"), "customer - - - -");
    }

    #[test]
    fn headings_are_written_as_they_are_compared_and_none_means_two_fields() {
        let mut known = std::collections::HashSet::new();
        for field in Field::ALL {
            assert_eq!(Field::parse(field.word()), Some(*field));
            for heading in field.headings() {
                assert_eq!(&comparable_words(heading).join(" "), heading);
                assert!(known.insert(*heading), "{heading}");
            }
        }
    }
}
