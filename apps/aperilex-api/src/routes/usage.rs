//! Usage: in aggregate for administrators, its own for an account.

use std::sync::Arc;

use aperilex_core::{Date, Days};
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};

use super::Group;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Plain, Problem, ProblemCode};
use crate::wire::text::{self, Day};
use crate::wire::usage::{UsageDocument, UsageReportDocument};

/// Days of a report if the client doesn't say.
const MONTH: u16 = 30;
/// The most days of a report.
const YEAR: i32 = 366;

#[derive(Debug)]
pub(crate) struct UsageRoutes(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum ReadUsage {
    /// The days.
    #[oai(status = 200)]
    Ok(Json<UsageDocument>),
}

#[derive(ApiResponse)]
enum ReadReport {
    /// The days.
    #[oai(status = 200)]
    Ok(Json<UsageReportDocument>),
}

fn date(name: &str, day: Option<&Day>, default: Date) -> Result<Date, Problem> {
    let Some(day) = day else { return Ok(default) };
    text::day(&day.0)
        .map_err(|detail| Problem::field(ProblemCode::InvalidField, format!("?{name}"), detail))
}

#[OpenApi(prefix_path = "/api/v1")]
impl UsageRoutes {
    /// What the account did in some days of UTC.
    #[oai(
        path = "/usage",
        method = "get",
        operation_id = "getUsage",
        tag = "Group::Account"
    )]
    async fn own(
        &self,
        caller: Caller,
        /// The first day; with today, the last 30 days if not said.
        from: Query<Option<Day>>,
        /// The day after the last; tomorrow if not said.
        to: Query<Option<Day>>,
    ) -> Result<ReadUsage, Fails<Plain>> {
        let days = self.days(from.0.as_ref(), to.0.as_ref())?;
        let usage = self.0.engine.own_usage(caller.id, days).await?;
        Ok(ReadUsage::Ok(Json(UsageDocument::new(days, &usage))))
    }

    /// What was asked for, done and earned in some days of UTC.
    #[oai(
        path = "/admin/usage",
        method = "get",
        operation_id = "getUsageReport",
        tag = "Group::Admin"
    )]
    async fn report(
        &self,
        _caller: Caller,
        /// The first day; with today, the last 30 days if not said.
        from: Query<Option<Day>>,
        /// The day after the last; tomorrow if not said.
        to: Query<Option<Day>>,
    ) -> Result<ReadReport, Fails<Plain>> {
        let days = self.days(from.0.as_ref(), to.0.as_ref())?;
        let overview = self.0.engine.usage_report(days).await?;
        Ok(ReadReport::Ok(Json((&overview).into())))
    }
}

impl UsageRoutes {
    fn days(&self, from: Option<&Day>, to: Option<&Day>) -> Result<Days, Problem> {
        let default = self.0.engine.days_with_today(MONTH);
        let days = Days {
            from: date("from", from, default.from)?,
            to: date("to", to, default.to)?,
        };
        let length = days.from.until(days.to).map(|span| span.get_days());
        if (0..=YEAR).contains(&length.unwrap_or(-1)) {
            return Ok(days);
        }
        let detail = "expected days up to a year, `from` not after `to`";
        Err(Problem::field(ProblemCode::InvalidField, "?from", detail))
    }
}
