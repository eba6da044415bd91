//! Clauses of [`Settlement`](crate::Settlement).

mod access;
mod cancel;
mod end;
mod goodwill;
mod idempotency;
mod notices;
mod own_key;
mod pool;
mod retract;
mod submit;

use super::support::Desk;
use super::*;

use access::*;
use cancel::*;
use end::*;
use goodwill::*;
use idempotency::*;
use notices::*;
use own_key::*;
use pool::*;
use retract::*;
use submit::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "SE-1", a_leader_comes_with_holds_event_and_message),
    scenario!(id: "SE-1", a_refused_submit_leaves_nothing),
    scenario!(id: "SE-1", what_is_free_needs_no_hold),
    scenario!(id: "SE-2", of_many_submits_one_leads),
    scenario!(id: "SE-2", a_follower_takes_no_slot),
    scenario!(id: "SE-3", an_own_live_task_is_joined),
    scenario!(id: "SE-4", a_repeated_request_is_replayed),
    scenario!(id: "SE-4", a_repeated_request_by_many_at_once_makes_one_task),
    scenario!(id: "SE-4", a_joined_request_is_replayed_too),
    scenario!(id: "SE-4", an_answer_of_the_pool_is_replayed),
    scenario!(id: "SE-4", a_key_is_looked_up_without_doing_anything),
    scenario!(id: "SE-4", an_expired_key_is_new_again),
    scenario!(id: "SE-5", racing_submits_never_overdraw),
    scenario!(id: "SE-5", racing_submits_keep_within_max_running),
    scenario!(id: "SE-6", delivery_grants_access_to_all_who_wait),
    scenario!(id: "SE-6", delivery_charges_an_account_once),
    scenario!(id: "SE-6", access_got_meanwhile_is_not_charged_again),
    scenario!(id: "SE-6", what_would_have_paid_for_access_comes_again),
    scenario!(id: "SE-7", completion_pays_and_tells_everyone),
    scenario!(id: "SE-7", an_uncharged_completion_gives_the_hold_back),
    scenario!(id: "SE-7", completion_serves_who_still_waits_for_the_filing),
    scenario!(id: "SE-7", of_many_completions_one_counts),
    scenario!(id: "SE-7", what_a_free_result_held_comes_again),
    scenario!(id: "SE-8", a_lost_lease_changes_nothing),
    scenario!(id: "SE-9", failure_gives_everyone_back_what_is_held),
    scenario!(id: "SE-9", failure_keeps_delivered_access),
    scenario!(id: "SE-9", the_sweeper_ends_what_nobody_works_on),
    scenario!(id: "SE-10", a_retry_sends_a_new_generation),
    scenario!(id: "SE-10", an_uncounted_retry_takes_the_attempt_back),
    scenario!(id: "SE-10", the_sweeper_sends_a_lost_message_again),
    scenario!(id: "SE-11", a_cancelled_leader_hands_over_to_who_can_pay),
    scenario!(id: "SE-11", the_heir_pays_what_it_was_quoted),
    scenario!(id: "SE-11", without_heirs_all_are_cancelled),
    scenario!(id: "SE-11", an_heir_needs_a_free_place),
    scenario!(id: "SE-11", a_running_leader_is_not_cancelled),
    scenario!(id: "SE-11", a_follower_leaves_alone),
    scenario!(id: "SE-11", who_is_cancelled_with_others_loses_nothing),
    scenario!(id: "SE-12", a_finished_task_is_finished),
    scenario!(id: "SE-13", access_is_charged_once),
    scenario!(id: "SE-13", access_without_credits_is_refused),
    scenario!(id: "SE-13", free_access_is_not_charged),
    scenario!(id: "SE-13", paid_access_outranks_a_policy),
    scenario!(id: "SE-14", finished_tasks_hold_nothing),
    scenario!(id: "SE-14", racing_ends_agree),
    scenario!(id: "SE-15", the_pool_answers_for_the_price_of_access),
    scenario!(id: "SE-15", access_to_the_pool_is_not_given_on_credit),
    scenario!(id: "SE-15", no_finished_run_is_run_again),
    scenario!(id: "SE-16", a_request_never_costs_more_than_it_allows),
    scenario!(id: "SE-17", expired_keys_are_forgotten_and_no_others),
    scenario!(id: "SE-18", what_a_lost_hold_was_for_is_charged_anew),
    scenario!(id: "SE-18", what_cannot_be_charged_anew_is_absorbed),
    scenario!(id: "SE-19", what_is_free_says_why),
    scenario!(id: "SE-20", a_retracted_analysis_is_given_back),
    scenario!(id: "SE-20", racing_retractions_refund_once),
    scenario!(id: "SE-21", the_most_urgent_sets_the_pace),
    scenario!(id: "SE-22", who_wants_to_be_told_of_tasks_is_told),
    scenario!(id: "SE-22", a_refused_end_tells_nobody),
    scenario!(id: "SE-23", a_run_of_an_own_key_is_that_accounts_alone),
];
