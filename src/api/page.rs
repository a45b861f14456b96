//! Pages of lists: `?limit=1..200&after=CURSOR` in, `{items, next}` out.

use crate::api::error::Problem;
use crate::store::{Listed, Page, StoreError};
use serde::{Deserialize, Serialize};

/// Items of a page where none is asked for, and at most.
const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 200;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// 1 to 200 items; 50 where absent.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl PageQuery {
    pub fn page(self) -> Result<Page, Problem> {
        page(self.limit, self.after)
    }
}

/// A page from the two fields, for queries that have more of them.
pub fn page(limit: Option<u32>, after: Option<String>) -> Result<Page, Problem> {
    let limit = limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::invalid("limit", format!("limit must be 1 to {LIMIT_MAX}")));
    }
    Ok(Page { limit, after: after.filter(|text| !text.is_empty()) })
}

/// What a list answers.
#[derive(Debug, Serialize)]
pub struct PageBody<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl<T> PageBody<T> {
    /// Shows every item of a part of a list.
    pub fn of<S>(listed: Listed<S>, show: impl Fn(S) -> T) -> Self {
        Self { items: listed.items.into_iter().map(show).collect(), next: listed.next }
    }
}

impl<T> PageBody<T> {
    /// A page of a list that was read whole; `key` tells items apart.
    pub fn cut(items: Vec<T>, page: &Page, key: impl Fn(&T) -> String) -> Result<Self, Problem> {
        let start = match &page.after {
            None => 0,
            Some(after) => {
                let last = items.iter().position(|item| key(item) == *after);
                1 + last.ok_or(StoreError::Cursor)?
            }
        };
        let has_more = items.len() > start + page.limit as usize;
        let items: Vec<T> = items.into_iter().skip(start).take(page.limit as usize).collect();
        let next = if has_more { items.last().map(&key) } else { None };
        Ok(Self { items, next })
    }

    /// All there is, where a list is never long.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_list_follow_each_other_without_gap_or_repeat() {
        let all: Vec<u32> = (0..10).collect();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = page(Some(3), after).unwrap();
            let cut = PageBody::cut(all.clone(), &page, u32::to_string).unwrap();
            assert!(cut.items.len() <= 3);
            seen.extend(cut.items);
            after = cut.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_cursor_that_no_list_gave_and_a_limit_out_of_range_are_refused() {
        let strange = page(None, Some("x".into())).unwrap();
        assert_eq!(
            PageBody::cut(vec![1], &strange, u32::to_string).unwrap_err().field.as_deref(),
            Some("after")
        );
        assert!(page(Some(0), None).is_err());
        assert!(page(Some(201), None).is_err());
    }
}
