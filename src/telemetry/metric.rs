//! Metrics for Prometheus: every room counts through the `metrics` facade, `/metrics` renders.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// Upper bounds of the histograms' buckets in seconds: the figures we promise (50 ms, 200 ms) are among them.
const BUCKETS_S: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0];

/// What `/metrics` renders; the same for all clones.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// All metrics in Prometheus' text form.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

/// Starts recording for the whole process; asked again, answers the same.
pub fn start_metrics() -> Metrics {
    static STARTED: OnceLock<Metrics> = OnceLock::new();
    STARTED
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new()
                .set_buckets(&BUCKETS_S)
                .expect("the list of buckets is not empty")
                .build_recorder();
            let handle = recorder.handle();
            // Somebody else's recorder may be installed in a test binary: then ours stays empty.
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is installed, /metrics stays empty");
            }
            Metrics { handle }
        })
        .clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_rendered() {
        let metrics = start_metrics();
        metrics::counter!("sortie_test_total", "kind" => "a").increment(3);
        assert!(metrics.render().contains("sortie_test_total{kind=\"a\"} 3"));
        assert!(start_metrics().render().contains("sortie_test_total"));
    }
}
