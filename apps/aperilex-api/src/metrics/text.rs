//! The text format. Names and labels are all ours: words, numbers and operation ids, so nothing is escaped.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use aperilex_core::{CountName, TaskStatus, hits_and_misses};

use super::{Answered, BOUNDS_US, Standing};

/// A page of metrics under way.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    pub(super) fn into_text(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.0.write_fmt(line);
        self.0.push('\n');
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP aperilex_{name} {help}"));
        self.line(format_args!("# TYPE aperilex_{name} {kind}"));
    }

    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, "counter", help);
        self.line(format_args!("aperilex_{name} {value}"));
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, "gauge", help);
        self.line(format_args!("aperilex_{name} {value}"));
    }

    /// Requests by operation and status, and how long they took.
    pub(super) fn requests(&mut self, operations: &BTreeMap<&'static str, Answered>) {
        self.head(
            "requests_total",
            "counter",
            "Requests by operation and status.",
        );
        for (operation, answered) in operations {
            for (status, count) in &answered.statuses {
                self.line(format_args!(
                    "aperilex_requests_total{{operation=\"{operation}\",status=\"{status}\"}} {count}"
                ));
            }
        }
        let name = "request_duration_seconds";
        self.head(
            name,
            "histogram",
            "Time until an answer began, by operation.",
        );
        for (operation, answered) in operations {
            let mut count = 0;
            let bounds = BOUNDS_US.iter().map(|us| seconds(*us));
            let bounds = bounds.chain(["+Inf".to_owned()]);
            for (bound, more) in bounds.zip(answered.buckets) {
                count += more;
                self.line(format_args!(
                    "aperilex_{name}_bucket{{operation=\"{operation}\",le=\"{bound}\"}} {count}"
                ));
            }
            let sum = seconds(answered.sum_us);
            self.line(format_args!(
                "aperilex_{name}_sum{{operation=\"{operation}\"}} {sum}"
            ));
            self.line(format_args!(
                "aperilex_{name}_count{{operation=\"{operation}\"}} {count}"
            ));
        }
    }

    /// What became of requests for analyses.
    pub(super) fn outcomes(&mut self, counts: &BTreeMap<CountName, u64>) {
        let count = |name: &CountName| counts.get(name).copied().unwrap_or_default();
        self.head(
            "answers_total",
            "counter",
            "Requests for analyses by what became of them.",
        );
        let read = CountName::Viewed;
        for name in CountName::ALL.iter().filter(|name| **name != read) {
            let n = count(name);
            self.line(format_args!(
                "aperilex_answers_total{{outcome=\"{name}\"}} {n}"
            ));
        }
        let (hits, misses) = hits_and_misses(counts);
        let help = "Requests for analyses that needed no run of their own.";
        self.counter("pool_hits_total", help, hits);
        let help = "Requests for analyses that began a run.";
        self.counter("pool_misses_total", help, misses);
        self.counter(
            "analysis_reads_total",
            "Analyses given to somebody.",
            count(&read),
        );
    }

    /// How the stores stand. Where they do not answer, that is all that is said: an old number would
    /// pass for a new one.
    pub(super) fn standing(&mut self, standing: Option<&Standing>) {
        let up = u8::from(standing.is_some());
        self.gauge("stores_up", "Whether the stores answered.", up);
        let Some(standing) = standing else { return };
        let gauges = &standing.gauges;
        self.head("tasks", "gauge", "Tasks by status.");
        for status in TaskStatus::ALL {
            let count = gauges.tasks.get(status).copied().unwrap_or_default();
            self.line(format_args!(
                "aperilex_tasks{{status=\"{status}\"}} {count}"
            ));
        }
        let help = "Age of the oldest task that waits to be run; 0 if none waits.";
        self.gauge("oldest_waiting_seconds", help, standing.oldest_waiting_s);
        self.gauge(
            "open_holds",
            "Holds that have not ended.",
            gauges.open_holds,
        );
        self.gauge(
            "held_usd",
            "What open holds hold, in US dollars.",
            gauges.held,
        );
        let help = "What all accounts can spend, in US dollars.";
        self.gauge("available_usd", help, gauges.available);
        let help = "What all accounts owe, in US dollars.";
        self.gauge("owed_usd", help, gauges.owed);
        let help = "Analyses of the pool that are not retracted.";
        self.gauge("pool_analyses", help, gauges.pooled);
        self.gauge("pool_bytes", "Bytes of their results.", gauges.pool_bytes);
        self.gauge(
            "outbox_depth",
            "Rows of the outbox that are to be sent.",
            gauges.outbox,
        );
        let help = "Messages waiting or in flight, as far as the queue knows.";
        self.gauge("queue_depth", help, standing.queue);
        let help = "Messages that were given up and not sent again, at most a page of them.";
        self.gauge("dead_letters", help, standing.dead_letters);
    }

    /// What the last proof of all books found: the one that was kept, of whatever process, else this
    /// process's own; and how old the kept one is.
    pub(super) fn proof(&mut self, kept: Option<(u64, u64)>, own: Option<u64>) {
        let help = "What did not hold when all books were last proved; -1 if they never were.";
        let name = "verification_findings";
        match kept.map(|(findings, _)| findings).or(own) {
            Some(findings) => self.gauge(name, help, findings),
            None => self.gauge(name, help, -1),
        }
        if let Some((_, age)) = kept {
            let help = "How long ago all books were proved and anchored.";
            self.gauge("verification_age_seconds", help, age);
        }
    }
}

/// Microseconds as decimal seconds, exactly.
fn seconds(us: u64) -> String {
    let text = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact() {
        for (us, text) in [
            (0, "0"),
            (1, "0.000001"),
            (2_500, "0.0025"),
            (60_000_000, "60"),
        ] {
            assert_eq!(seconds(us), text);
        }
    }

    #[test]
    fn buckets_are_cumulative() {
        let metrics = super::super::Metrics::default();
        for ms in [1, 3, 3, 70_000] {
            metrics.answered("getMe", 200, std::time::Duration::from_millis(ms));
        }
        metrics.answered("getMe", 429, std::time::Duration::from_micros(10));
        let mut page = Page::default();
        page.requests(&metrics.operations.lock().unwrap());
        let text = page.into_text();
        for line in [
            "aperilex_requests_total{operation=\"getMe\",status=\"200\"} 4",
            "aperilex_requests_total{operation=\"getMe\",status=\"429\"} 1",
            "aperilex_request_duration_seconds_bucket{operation=\"getMe\",le=\"0.001\"} 2",
            "aperilex_request_duration_seconds_bucket{operation=\"getMe\",le=\"0.005\"} 4",
            "aperilex_request_duration_seconds_bucket{operation=\"getMe\",le=\"60\"} 4",
            "aperilex_request_duration_seconds_bucket{operation=\"getMe\",le=\"+Inf\"} 5",
            "aperilex_request_duration_seconds_sum{operation=\"getMe\"} 70.00701",
            "aperilex_request_duration_seconds_count{operation=\"getMe\"} 5",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
    }
}
