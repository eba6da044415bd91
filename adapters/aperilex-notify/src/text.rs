//! The words of mails: plain, short, our own.

use aperilex_ports::{Notice, NoticeKind};
use url::Url;

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) subject: &'static str,
    pub(crate) body: String,
}

pub(crate) fn mail(notice: &Notice, public_url: Option<&Url>) -> Mail {
    let link = |path: &str| public_url.and_then(|url| url.join(path).ok());
    let (subject, body) = match &notice.kind {
        NoticeKind::Verification { token } => {
            let what = secret(public_url, "verify", token.reveal());
            let text = format!(
                "Please confirm that this is your address:\n\n{what}\n\nIf you did not ask for an \
                 account, do nothing: it will not be used."
            );
            ("Confirm your e-mail address", text)
        }
        NoticeKind::PasswordReset { token } => {
            let what = secret(public_url, "reset", token.reveal());
            let text = format!(
                "Somebody, probably you, asked for a new password. Set it here:\n\n{what}\n\nIf it was \
                 not you, do nothing: your password stays as it is."
            );
            ("Set a new password", text)
        }
        NoticeKind::SignInElsewhere { provider } => {
            let place = link("sign-in").map(|url| format!("\n\n{url}"));
            let text = format!(
                "Somebody, probably you, asked for a new password. There is none for this address: your \
                 organization signs in with its own accounts ({provider}). Sign in there.{}\n\nIf it was not \
                 you, do nothing.",
                place.unwrap_or_default()
            );
            ("How to sign in", text)
        }
        NoticeKind::Completed { task, analysis } => {
            let place = link(&format!("analyses/{analysis}"))
                .map_or_else(|| format!("Analysis {analysis}"), String::from);
            let text = format!("The analysis you asked for is done:\n\n{place}\n\nTask {task}");
            ("Your analysis is done", text)
        }
        NoticeKind::Failed { task, failure } => {
            let text = format!(
                "The analysis you asked for could not be made: {}.\n\nTask {task}\nReason code {}",
                failure.message.trim_end_matches('.'),
                failure.code
            );
            ("Your analysis could not be made", text)
        }
        NoticeKind::LowBalance { available, .. } => {
            let place = link("billing").map(|url| format!("\n\n{url}"));
            let text = format!(
                "Your credits are running low: {available} USD can still be spent. Requests that cost \
                 more will be refused; top up to go on.{}",
                place.unwrap_or_default()
            );
            ("Your credits are running low", text)
        }
        NoticeKind::Suspended { reason } => {
            let text = format!(
                "Your account is suspended: {}.\n\nRequests are refused until that is lifted; your \
                 credits stay as they are. Write to support to have it looked at.",
                reason.trim_end_matches('.')
            );
            ("Your account is suspended", text)
        }
        // Kinds that this build does not know have no words.
        other => (
            "A notice from Aperilex",
            format!("Notice: {}", other.name()),
        ),
    };
    Mail {
        subject,
        body: format!("Hello,\n\n{body}\n\nAperilex\n"),
    }
}

/// A link with the secret behind the `#`, which no server sees or logs; the secret alone, if there is no
/// place to link to.
fn secret(public_url: Option<&Url>, path: &str, token: &str) -> String {
    let link = public_url.and_then(|url| url.join(path).ok());
    match link {
        Some(mut url) => {
            url.set_fragment(Some(&format!("token={token}")));
            url.into()
        }
        None => token.to_owned(),
    }
}
