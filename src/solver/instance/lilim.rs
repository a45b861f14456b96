//! The form of Li and Lim (2001, doi 10.1109/ICTAI.2001.974461): a line `vehicles capacity speed`, then rows
//! `id x y demand ready due service pickup delivery`, the depot first. What is picked up has a demand above 0 and names
//! its delivery; the delivery names its pickup.

use super::rows::{Line, lines, row, table};
use super::{Convention, Fleet, Instance, InstanceError, Point, euclidean, instance};
use crate::solver::draft::{Role, Task, TaskId};

pub(super) fn read(text: &str, convention: Convention) -> Result<Instance, InstanceError> {
    let lines: Vec<Line<'_>> = lines(text).collect();
    let Some((first, numbered)) = lines.split_first() else {
        return Err(InstanceError::NoCustomers);
    };
    let head = row::<3>(first)?;
    let mut fleet = Fleet {
        count: head[0] as usize,
        capacity: head[1] as i32,
        shift: convention.window(0.0, 0.0),
    };
    let rows: Vec<[f64; 9]> = table(numbered, 0)?;
    let Some((depot, customers)) = rows.split_first() else {
        return Err(InstanceError::NoCustomers);
    };
    fleet.shift = convention.window(depot[4], depot[5]);
    let places: Vec<Point> = rows.iter().map(|row| (row[1], row[2])).collect();
    let mut tasks = Vec::with_capacity(customers.len());
    for (at, row) in customers.iter().enumerate() {
        let number = at + 1;
        let (role, amount) =
            role(&rows, number).ok_or(InstanceError::Unpaired { line: numbered[number].number })?;
        let amount = vec![amount];
        let (pickup, delivery) = match role {
            Role::Pickup { .. } => (amount, Vec::new()),
            _ => (Vec::new(), amount),
        };
        tasks.push(Task {
            location: number as u32,
            windows: vec![convention.window(row[4], row[5])],
            service_s: convention.whole(row[6]),
            delivery,
            pickup,
            role,
            ..Task::default()
        });
    }
    let matrix = euclidean(&places, convention)?;
    Ok(instance(None, convention, fleet.vehicles()?, tasks, matrix))
}

/// Which half of which shipment a row is, and of how much.
fn role(rows: &[[f64; 9]], number: usize) -> Option<(Role, i32)> {
    let [_, _, _, demand, _, _, _, pickup, delivery] = rows[number];
    let is_pickup = demand > 0.0;
    let other = if is_pickup { delivery } else { pickup } as usize;
    let [_, _, _, other_demand, _, _, _, other_pickup, other_delivery] = *rows.get(other)?;
    let named_back = if is_pickup { other_pickup } else { other_delivery } as usize;
    let (amount, other_amount) = (demand as i32, other_demand as i32);
    if other == 0 || named_back != number || amount == 0 || amount != -other_amount {
        return None;
    }
    let other = TaskId(other as u32 - 1);
    let role =
        if is_pickup { Role::Pickup { delivery: other } } else { Role::Delivery { pickup: other } };
    Some((role, amount.abs()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::solver::{Problem, Window};

    pub(in super::super) const SMALL: &str =
        "2 10 1\n0 0 0 0 0 100 0 0 0\n1 3 4 -5 10 20 1 2 0\n2 1 1 5 0 50 2 0 1\n";

    #[test]
    fn a_pickup_and_its_delivery_are_a_shipment() {
        let instance = read(SMALL, Convention::Exact).unwrap();
        assert_eq!(instance.scale, 1000);
        let draft = instance.draft;
        assert_eq!(draft.tasks[0].role, Role::Delivery { pickup: TaskId(1) });
        assert_eq!(draft.tasks[1].role, Role::Pickup { delivery: TaskId(0) });
        assert_eq!(
            (&draft.tasks[0].delivery[..], &draft.tasks[1].pickup[..]),
            (&[5][..], &[5][..])
        );
        assert_eq!(draft.tasks[0].windows, [Window { from_s: 10_000, until_s: 20_000 }]);
        assert_eq!(draft.matrices[0].duration_s(1, 2), 3606);
        assert_eq!((draft.vehicles.len(), draft.vehicles[0].capacity[0]), (2, 10));
        assert!(Problem::parse(draft).is_ok());
    }

    #[test]
    fn halves_that_do_not_fit_together_are_named() {
        let told = |text: &str| read(text, Convention::Exact).unwrap_err();
        for broken in
            ["1 1 5 0 50 2 0 0", "1 1 5 0 50 2 0 9", "1 1 4 0 50 2 0 1", "1 1 0 0 50 2 0 1"]
        {
            let text = SMALL.replace("1 1 5 0 50 2 0 1", broken);
            assert!(matches!(told(&text), InstanceError::Unpaired { line: 3 | 4 }), "{broken}");
        }
        assert_eq!(told("2 10 1"), InstanceError::NoCustomers);
    }
}
