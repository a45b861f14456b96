//! The inner loops of tables: the same few lines, compiled for what the processor can do. Costs are
//! signed here, because that is what most processors compare in vectors; none is below zero.

use crate::roads::cost::Cost;
use crate::roads::lists::Lists;

/// Arcs between places in a list of labels, by the place where they are looked at: the place of the other
/// end, and the cost.
pub(super) type LocalArcs = Lists<(u32, i64)>;

/// Calls a function as compiled for the best vectors that this processor has. The function must be inlined
/// always, so that it is compiled anew for each; its arguments are named with their types.
macro_rules! for_processor {
    ($body:ident $(<const $lanes:ident: usize>)? ($($name:ident: $kind:ty),*)) => {{
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
            #[allow(clippy::too_many_arguments)]
            fn with_avx512$(<const $lanes: usize>)?($($name: $kind),*) {
                $body($($name),*);
            }
            #[target_feature(enable = "avx2")]
            #[allow(clippy::too_many_arguments)]
            fn with_avx2$(<const $lanes: usize>)?($($name: $kind),*) {
                $body($($name),*);
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512bw")
            {
                #[expect(unsafe_code, reason = "a function for a processor's features is called")]
                // SAFETY: the processor was just asked for every feature of the function.
                return unsafe { with_avx512($($name),*) };
            }
            if is_x86_feature_detected!("avx2") {
                #[expect(unsafe_code, reason = "a function for a processor's features is called")]
                // SAFETY: the processor was just asked for the feature of the function.
                return unsafe { with_avx2($($name),*) };
            }
        }
        $body($($name),*);
    }};
}
pub(super) use for_processor;

/// Gives what each place has on to the ends of its arcs, which lie further on.
pub(super) fn push_on<const L: usize>(arcs: &LocalArcs, labels: &mut [[i64; L]]) {
    for_processor!(push_on_in<const L: usize>(arcs: &LocalArcs, labels: &mut [[i64; L]]));
}

/// Takes at each place what comes from the ends of its arcs, which lie before it.
pub(super) fn pull_in<const L: usize>(arcs: &LocalArcs, labels: &mut [[i64; L]]) {
    for_processor!(pull_in_in<const L: usize>(arcs: &LocalArcs, labels: &mut [[i64; L]]));
}

/// Writes what each goal costs into the table, whose rows are as long as there are goals: that of each lane into
/// its row.
pub(super) fn read_out<const L: usize>(
    goals: &Lists<(u32, Cost)>,
    labels: &[[i64; L]],
    rows: &[u32],
    table: &mut [Cost],
) {
    for_processor!(read_out_in<const L: usize>(
        goals: &Lists<(u32, Cost)>,
        labels: &[[i64; L]],
        rows: &[u32],
        table: &mut [Cost]
    ));
}

#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn push_on_in<const L: usize>(arcs: &LocalArcs, labels: &mut [[i64; L]]) {
    for place in 0..labels.len() {
        let (done, rest) = labels.split_at_mut(place + 1);
        let label = done[place];
        for (end, cost) in arcs.of(place) {
            let over = &mut rest[*end as usize - place - 1];
            for lane in 0..L {
                over[lane] = over[lane].min(label[lane] + cost);
            }
        }
    }
}

#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn pull_in_in<const L: usize>(arcs: &LocalArcs, labels: &mut [[i64; L]]) {
    for place in 0..labels.len() {
        let (done, rest) = labels.split_at_mut(place);
        let mut label = rest[0];
        for (end, cost) in arcs.of(place) {
            let above = &done[*end as usize];
            for lane in 0..L {
                label[lane] = label[lane].min(above[lane] + cost);
            }
        }
        rest[0] = label;
    }
}

/// So many goals at once: a cache line of each row.
const ABREAST: usize = 8;

#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn read_out_in<const L: usize>(
    goals: &Lists<(u32, Cost)>,
    labels: &[[i64; L]],
    rows: &[u32],
    table: &mut [Cost],
) {
    let count = goals.len();
    for first in (0..count).step_by(ABREAST) {
        let some = first..count.min(first + ABREAST);
        let mut cells = [[Cost::UNREACHED.0 as i64; L]; ABREAST];
        for (goal, cell) in some.clone().zip(&mut cells) {
            for (place, left) in goals.of(goal) {
                let label = &labels[*place as usize];
                for lane in 0..L {
                    cell[lane] = cell[lane].min(label[lane] + left.0 as i64);
                }
            }
        }
        for (lane, row) in rows.iter().enumerate() {
            let row = &mut table[*row as usize * count..][some.clone()];
            for (over, cell) in row.iter_mut().zip(&cells) {
                *over = Cost(cell[lane] as u64);
            }
        }
    }
}
