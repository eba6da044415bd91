//! One rate limiter for all clones of a client.
//!
//! Requests are spaced evenly from when each was really let go, a little wider than the rate asks
//! for: so no window of one second holds more than the rate, whatever woke up late. The rate
//! halves when EDGAR complains and grows back by one a second after ten good answers. A block
//! lets nothing through until the pause is over.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Rates are in thousandths of a request per second.
const STEP: u32 = 1000;
const FLOOR: u32 = 250;
const SUCCESSES_FOR_STEP: u32 = 10;
const HALVE_AT_MOST_EVERY: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Limiter {
    /// When the last request was let go. Its waiters queue here in order of arrival.
    turn: tokio::sync::Mutex<Option<Instant>>,
    pace: Mutex<Pace>,
    /// End of the pause; watchers wake at once when it is set.
    blocked_until: watch::Sender<Option<Instant>>,
    pause: Duration,
}

#[derive(Debug)]
struct Pace {
    rate: u32,
    ceiling: u32,
    successes: u32,
    halved: Option<Instant>,
}

impl Limiter {
    pub(crate) fn new(requests_per_second: u32, pause: Duration) -> Self {
        let ceiling = requests_per_second.saturating_mul(STEP).max(STEP);
        Self {
            turn: tokio::sync::Mutex::new(None),
            pace: Mutex::new(Pace {
                rate: ceiling,
                ceiling,
                successes: 0,
                halved: None,
            }),
            blocked_until: watch::Sender::new(None),
            pause,
        }
    }

    /// Waits for this request's turn.
    ///
    /// # Errors
    /// What is left of the pause, at once, during a block.
    pub(crate) async fn acquire(&self) -> Result<(), Duration> {
        let mut last = self.turn.lock().await;
        let mut block = self.blocked_until.subscribe();
        loop {
            let now = Instant::now();
            if let Some(left) = block
                .borrow_and_update()
                .and_then(|until| until.checked_duration_since(now))
                .filter(|left| !left.is_zero())
            {
                return Err(left);
            }
            // Asked again after each wait: the rate may have fallen meanwhile.
            let due = last.map_or(now, |last| last + self.interval());
            if due <= now {
                *last = Some(now);
                return Ok(());
            }
            tokio::select! {
                () = sleep_until(due) => {}
                _ = block.changed() => {}
            }
        }
    }

    /// A good answer came.
    pub(crate) fn succeeded(&self) {
        let mut pace = self.pace();
        pace.successes += 1;
        if pace.successes >= SUCCESSES_FOR_STEP {
            pace.successes = 0;
            pace.rate = pace.rate.saturating_add(STEP).min(pace.ceiling);
        }
    }

    /// EDGAR complained: half the rate, at most once in 500 ms.
    pub(crate) fn slow_down(&self) {
        let now = Instant::now();
        let mut pace = self.pace();
        pace.successes = 0;
        if pace
            .halved
            .is_none_or(|at| now.duration_since(at) >= HALVE_AT_MOST_EVERY)
        {
            pace.halved = Some(now);
            pace.rate = (pace.rate / 2).max(FLOOR);
        }
    }

    /// EDGAR blocked us: nothing is sent for the pause, or for longer if it says so.
    pub(crate) fn block(&self, asked: Option<Duration>) -> Duration {
        self.slow_down();
        // A day is the most that an answer may make us wait.
        let asked = asked.unwrap_or_default().min(Duration::from_secs(86_400));
        let pause = self.pause.max(asked);
        let until = Instant::now() + pause;
        self.blocked_until
            .send_modify(|end| *end = Some(end.map_or(until, |end| end.max(until))));
        pause
    }

    fn interval(&self) -> Duration {
        let micros = 1_000_000_000 / u64::from(self.pace().rate.max(1));
        // 4 % wider, so that what the network adds does not make nine of eight.
        Duration::from_micros(micros + micros / 25)
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const PAUSE: Duration = Duration::from_secs(600);

    /// The most requests in any closed window of one second.
    fn busiest(times: &[Instant]) -> usize {
        let within = |from: &Instant| {
            let window = |t: &&Instant| **t >= *from && **t - *from <= Duration::from_secs(1);
            times.iter().filter(window).count()
        };
        times.iter().map(within).max().unwrap_or(0)
    }

    #[tokio::test(start_paused = true)]
    async fn i14_no_second_holds_more_than_eight() {
        let limiter = Arc::new(Limiter::new(8, PAUSE));
        let mut workers = tokio::task::JoinSet::new();
        for worker in 0..10_u64 {
            let limiter = Arc::clone(&limiter);
            workers.spawn(async move {
                let mut times = Vec::new();
                for round in 0..10_u64 {
                    limiter.acquire().await.unwrap();
                    times.push(Instant::now());
                    limiter.succeeded();
                    tokio::time::sleep(Duration::from_millis((worker * 37 + round * 113) % 900))
                        .await;
                }
                times
            });
        }
        let times: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
        assert_eq!(times.len(), 100);
        assert_eq!(busiest(&times), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_limiter_saves_nothing_up() {
        let limiter = Limiter::new(8, PAUSE);
        limiter.acquire().await.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
        let mut times = Vec::new();
        for _ in 0..20 {
            limiter.acquire().await.unwrap();
            times.push(Instant::now());
        }
        assert!(busiest(&times) <= 8);
        assert!(times[1] - times[0] >= Duration::from_millis(125));
    }

    #[tokio::test(start_paused = true)]
    async fn a_complaint_halves_the_rate_once_in_500_ms_and_ten_answers_add_one() {
        let limiter = Limiter::new(8, PAUSE);
        limiter.slow_down();
        limiter.slow_down();
        assert_eq!(limiter.pace().rate, 4000);
        tokio::time::advance(Duration::from_millis(500)).await;
        limiter.slow_down();
        assert_eq!(limiter.pace().rate, 2000);
        (0..10).for_each(|_| limiter.succeeded());
        assert_eq!(limiter.pace().rate, 3000);
        (0..1000).for_each(|_| limiter.succeeded());
        assert_eq!(limiter.pace().rate, 8000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_block_answers_waiters_at_once_and_ends() {
        let limiter = Arc::new(Limiter::new(1, PAUSE));
        limiter.acquire().await.unwrap();
        let waiting: Vec<_> = (0..5)
            .map(|_| {
                let limiter = Arc::clone(&limiter);
                tokio::spawn(async move { limiter.acquire().await })
            })
            .collect();
        tokio::task::yield_now().await;
        let start = Instant::now();
        limiter.block(None);
        for waiter in waiting {
            assert!(
                waiter
                    .await
                    .unwrap()
                    .is_err_and(|left| left > Duration::from_secs(599))
            );
        }
        assert!(Instant::now() - start < Duration::from_millis(10));
        tokio::time::advance(PAUSE + Duration::from_secs(2)).await;
        assert_eq!(limiter.acquire().await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_longer_wait_that_edgar_asks_for_is_kept_and_never_shortened() {
        let limiter = Limiter::new(8, PAUSE);
        limiter.block(Some(Duration::from_secs(900)));
        limiter.block(None);
        tokio::time::advance(Duration::from_secs(700)).await;
        assert_eq!(limiter.acquire().await, Err(Duration::from_secs(200)));
    }
}
