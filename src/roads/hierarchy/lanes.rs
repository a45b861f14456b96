//! The inner loops of tables: the same few lines, compiled for what the processor can do. Costs are
//! signed here, because that is what most processors compare in vectors; none is below zero.

use crate::roads::lists::Lists;

/// Arcs between places in a list of labels, by the place where they are looked at: the place of the other
/// end, and the cost.
pub(super) type LocalArcs = Lists<(u32, i64)>;

/// Runs a loop as compiled for the best vectors that this processor has.
macro_rules! for_processor {
    ($body:ident($arcs:expr, $labels:expr)) => {{
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
            fn with_avx512<const L: usize>(arcs: &LocalArcs, labels: &mut [[i64; L]]) {
                $body(arcs, labels);
            }
            #[target_feature(enable = "avx2")]
            fn with_avx2<const L: usize>(arcs: &LocalArcs, labels: &mut [[i64; L]]) {
                $body(arcs, labels);
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512bw")
            {
                #[expect(unsafe_code, reason = "a function for a processor's features is called")]
                // SAFETY: the processor was just asked for every feature of the function.
                return unsafe { with_avx512($arcs, $labels) };
            }
            if is_x86_feature_detected!("avx2") {
                #[expect(unsafe_code, reason = "a function for a processor's features is called")]
                // SAFETY: the processor was just asked for the feature of the function.
                return unsafe { with_avx2($arcs, $labels) };
            }
        }
        $body($arcs, $labels);
    }};
}

/// Gives what each place has on to the ends of its arcs, which lie further on.
pub(super) fn push_on<const L: usize>(arcs: &LocalArcs, labels: &mut [[i64; L]]) {
    for_processor!(push_on_in(arcs, labels));
}

/// Takes at each place what comes from the ends of its arcs, which lie before it.
pub(super) fn pull_in<const L: usize>(arcs: &LocalArcs, labels: &mut [[i64; L]]) {
    for_processor!(pull_in_in(arcs, labels));
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
